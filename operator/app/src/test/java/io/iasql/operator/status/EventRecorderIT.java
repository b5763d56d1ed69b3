package io.iasql.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.operator.TestCluster;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventRecorderIT {
  private final KubernetesClient client = TestCluster.client();
  private final String namespace = TestCluster.newNamespace();
  private final EventRecorder recorder = new EventRecorder(client, Clock.systemUTC());

  @Test
  void countsTheSameEventAndKeepsOthersApart() {
    ConfigMap about = resource(namespace, "staging");

    recorder.warning(about, Reason.WRONG_ACCOUNT, "one");
    recorder.warning(about, Reason.WRONG_ACCOUNT, "one");
    new EventRecorder(client, Clock.systemUTC()).warning(about, Reason.WRONG_ACCOUNT, "one");
    recorder.normal(about, Reason.ACCOUNT_CONFIRMED, "two");

    assertThat(events())
        .extracting(event -> event.getType() + " " + event.getReason() + " " + event.getCount())
        .containsExactlyInAnyOrder("Warning WrongAccount 3", "Normal AccountConfirmed 1");
  }

  @Test
  void cutsLongMessagesAndNames() {
    recorder.normal(
        resource(namespace, "a." + "b".repeat(250)), Reason.ACCOUNT_CONFIRMED, "x".repeat(5000));

    assertThat(events())
        .singleElement()
        .satisfies(event -> assertThat(event.getMessage()).hasSize(1024).endsWith("x…"));
  }

  @Test
  void neverStopsTheWork() {
    recorder.normal(resource("no-such-namespace", "staging"), Reason.ACCOUNT_CONFIRMED, "one");

    assertThat(events()).isEmpty();
  }

  private static ConfigMap resource(String namespace, String name) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withUid("0b7c1a")
        .endMetadata()
        .build();
  }

  private List<Event> events() {
    return client.v1().events().inNamespace(namespace).list().getItems();
  }
}
