package io.iasql.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {

  private static ConfigMap labelled(Map<String, String> labels) {
    return new ConfigMapBuilder().withNewMetadata().withLabels(labels).endMetadata().build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          iasql.io/shard=a                       | iasql.io/shard
          iasql.io/shard == a                    | iasql.io/shard
          iasql.io/shard!=b                      | iasql.io/shard
          iasql.io/shard                         | iasql.io/shard
          !team                                  | team
          iasql.io/shard in (a, b), team notin (x,y) | iasql.io/shard,team
          team=infra,iasql.io/shard in (a,b)     | iasql.io/shard,team
          """)
  void shouldKnowTheLabelsThatItsSelectorLooksAt(String selector, String keys) {
    ConfigMap resource =
        labelled(
            Map.of(
                "iasql.io/shard", "a", "team", "infra", "app.kubernetes.io/instance", "staging"));

    assertThat(new Shard(Optional.of(selector)).labels(resource).keySet())
        .containsExactly(keys.split(","));
  }

  @Test
  void shouldTakeEverythingWithoutASelector() {
    for (Optional<String> none : java.util.List.of(Optional.<String>empty(), Optional.of(" "))) {
      Shard shard = new Shard(none);

      assertThat(shard.selector()).isEmpty();
      assertThat(shard.labels(labelled(Map.of("team", "infra")))).isEmpty();
      assertThat(shard.missing()).isEqualTo(" does not exist");
    }
  }

  @Test
  void shouldSayThatAResourceMayBeAnothersWhereThereIsASelector() {
    assertThat(new Shard(Optional.of("iasql.io/shard=a")).missing())
        .contains("does not exist, or is not this operator's", "iasql.io/shard=a");
  }
}
