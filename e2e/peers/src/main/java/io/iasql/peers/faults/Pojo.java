package io.iasql.peers.faults;

import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.SdkBuilder;
import software.amazon.awssdk.utils.builder.ToCopyableBuilder;

/** A changed copy of a request, an answer or a part of one. */
final class Pojo<T extends SdkPojo> {
  private final T original;
  private final SdkBuilder<?, ?> builder;

  Pojo(T original) {
    this.original = original;
    this.builder = ((ToCopyableBuilder<?, ?>) original).toBuilder();
  }

  void set(SdkField<?> field, Object value) {
    field.set(builder, value);
  }

  @SuppressWarnings("unchecked") // the builder of a T builds a T
  T build() {
    return (T) original.getClass().cast(builder.build());
  }
}
