package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Why a pod is not ready, in the words of whoever keeps it waiting. */
final class PodTrouble {
  private PodTrouble() {}

  static Optional<String> of(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    return Stream.concat(
            pod.getStatus().getContainerStatuses().stream().map(PodTrouble::ofContainer),
            pod.getStatus().getConditions().stream().map(PodTrouble::ofScheduling))
        .flatMap(Optional::stream)
        .findFirst()
        .map(trouble -> "pod " + pod.getMetadata().getName() + ": " + trouble);
  }

  private static Optional<String> ofContainer(ContainerStatus container) {
    ContainerState state = container.getState();
    if (state == null) {
      return Optional.empty();
    }
    ContainerStateWaiting waiting = state.getWaiting();
    if (waiting != null) {
      return Optional.of(text(waiting.getReason(), waiting.getMessage()));
    }
    ContainerStateTerminated terminated = state.getTerminated();
    return Optional.ofNullable(terminated).map(t -> text(t.getReason(), t.getMessage()));
  }

  private static Optional<String> ofScheduling(PodCondition condition) {
    return "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus())
        ? Optional.of(text(condition.getReason(), condition.getMessage()))
        : Optional.empty();
  }

  private static String text(String reason, String message) {
    return Objects.requireNonNullElse(reason, "not ready")
        + (message == null || message.isEmpty() ? "" : ", " + message);
  }
}
