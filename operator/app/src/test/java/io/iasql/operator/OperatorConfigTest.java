package io.iasql.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.operator.OperatorConfig.Managed.Address;
import io.iasql.operator.OperatorConfig.Provider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorConfigTest {

  @Test
  void hasDefaultsForEverything() {
    OperatorConfig config = OperatorConfigs.defaults();

    assertThat(config.watchNamespaces()).isEmpty();
    assertThat(config.database().provider()).isEqualTo(Provider.MANAGED);
    assertThat(config.database().managed().image()).isEqualTo("docker.io/library/postgres:18");
    assertThat(config.database().managed().runAsUser()).isEqualTo(999);
    assertThat(config.database().managed().storage()).isEqualTo("1Gi");
    assertThat(config.database().managed().address()).isEqualTo(Address.DNS);
    assertThat(config.database().embedded().folder())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/iasql/embedded-postgres"));
    assertThat(config.aws().verifyInterval()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.aws().verifyParallelism()).isEqualTo(8);
    assertThat(config.aws().retireAfter()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void takesEverySetting() {
    OperatorConfig config =
        OperatorConfigs.with(
            Map.ofEntries(
                Map.entry("iasql.watch-namespaces", "infra,prod"),
                Map.entry("iasql.database.provider", "embedded"),
                Map.entry("iasql.database.managed.image", "registry.example.com/postgres:17"),
                Map.entry("iasql.database.managed.run-as-user", "70"),
                Map.entry("iasql.database.managed.storage", "5Gi"),
                Map.entry("iasql.database.managed.address", "cluster-ip"),
                Map.entry("iasql.database.embedded.folder", "/var/lib/iasql"),
                Map.entry("iasql.aws.verify-interval", "30s"),
                Map.entry("iasql.aws.verify-parallelism", "2"),
                Map.entry("iasql.aws.retire-after", "5m")));

    assertThat(config.watchNamespaces()).contains(List.of("infra", "prod"));
    assertThat(config.database().provider()).isEqualTo(Provider.EMBEDDED);
    assertThat(config.database().managed().image()).isEqualTo("registry.example.com/postgres:17");
    assertThat(config.database().managed().runAsUser()).isEqualTo(70);
    assertThat(config.database().managed().storage()).isEqualTo("5Gi");
    assertThat(config.database().managed().address()).isEqualTo(Address.CLUSTER_IP);
    assertThat(config.database().embedded().folder()).isEqualTo(Path.of("/var/lib/iasql"));
    assertThat(config.aws().verifyInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.aws().verifyParallelism()).isEqualTo(2);
    assertThat(config.aws().retireAfter()).isEqualTo(Duration.ofMinutes(5));
  }
}
