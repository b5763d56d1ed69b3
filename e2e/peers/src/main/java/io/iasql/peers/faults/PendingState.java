package io.iasql.peers.faults;

import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;

/** A state that answers show for a while. */
record PendingState(String member, String value) {

  /** A copy in which every text member of this name has this value. */
  <T extends SdkPojo> T in(T answer) {
    Pojo<T> copy = new Pojo<>(answer);
    for (SdkField<?> field : answer.sdkFields()) {
      Object now = field.getValueOrDefault(answer);
      if (field.memberName().equals(member) && field.marshallingType() == MarshallingType.STRING) {
        copy.set(field, value);
      } else if (now instanceof SdkPojo nested) {
        copy.set(field, in(nested));
      } else if (now instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof SdkPojo) {
        copy.set(field, list.stream().map(item -> in((SdkPojo) item)).toList());
      }
    }
    return copy.build();
  }
}
