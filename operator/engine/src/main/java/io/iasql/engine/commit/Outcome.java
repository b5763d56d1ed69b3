package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.spi.CloudFailure;
import java.util.List;

/** How a step ended. */
sealed interface Outcome {

  /**
   * The cloud did it.
   *
   * @param result the resource afterwards, or null after a deletion
   * @param companions what came along with a resource that stands for an older one
   * @param requestId the newest AWS request id
   */
  record Done(ObjectNode result, List<Companions.Found> companions, String requestId)
      implements Outcome {}

  /**
   * The cloud refused it, or could not be reached for too long.
   *
   * @param failure why
   * @param leftover the resource as far as a refused creation got, or null
   */
  record Failed(CloudFailure failure, ObjectNode leftover) implements Outcome {}

  /** The operator is stopping; whether it happened is found out on the next start. */
  record Unknown() implements Outcome {}
}
