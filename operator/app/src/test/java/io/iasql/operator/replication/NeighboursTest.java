package io.iasql.operator.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  private final Cache cache = new Cache();
  private final Neighbours neighbours = new Neighbours(cache);

  @Test
  void shouldTellTheOthersOfItsNamespaceOnceUntilItHasAStatus() {
    Replication one = cache.put("shop", "one");
    Replication two = cache.put("shop", "two");
    cache.put("bank", "three");

    assertThat(neighbours.toTellOf(one)).containsExactly(new ResourceID("two", "shop"));
    assertThat(neighbours.toTellOf(two)).containsExactly(new ResourceID("one", "shop"));
    assertThat(neighbours.toTellOf(one)).isEmpty();
    assertThat(neighbours.toTellOf(two)).isEmpty();
  }

  @Test
  void shouldTellOfOneMadeAnewUnderTheSameName() {
    cache.put("shop", "two");
    assertThat(neighbours.toTellOf(cache.put("shop", "one"))).isNotEmpty();
    assertThat(neighbours.toTellOf(cache.put("shop", "one"))).isNotEmpty();
  }

  @Test
  void shouldTellNobodyOfOneThatHasSaidHowFarItIs() {
    cache.put("shop", "two");
    Replication one = cache.put("shop", "one");
    one.setStatus(TestReplications.status(ReplicationStatus.Phase.WAITING));
    assertThat(neighbours.toTellOf(one)).isEmpty();
  }

  /** What the operator has heard of from the API server. */
  private static final class Cache implements IndexerResourceCache<Replication> {
    private final Map<ResourceID, Replication> all = new HashMap<>();
    private final Map<String, Function<Replication, List<String>>> indexers = new HashMap<>();
    private int uids;

    Replication put(String namespace, String name) {
      Replication replication = new Replication();
      replication.setMetadata(
          new ObjectMetaBuilder()
              .withNamespace(namespace)
              .withName(name)
              .withUid("uid-" + ++uids)
              .build());
      replication.setSpec(TestReplications.spec("a", "b", false));
      all.put(ResourceID.fromResource(replication), replication);
      return replication;
    }

    @Override
    public void addIndexers(Map<String, Function<Replication, List<String>>> more) {
      indexers.putAll(more);
    }

    @Override
    public List<Replication> byIndex(String index, String key) {
      return all.values().stream()
          .filter(one -> indexers.get(index).apply(one).contains(key))
          .toList();
    }

    @Override
    public Optional<Replication> get(ResourceID id) {
      return Optional.ofNullable(all.get(id));
    }

    @Override
    public Stream<ResourceID> keys() {
      return all.keySet().stream();
    }

    @Override
    public Stream<Replication> list(Predicate<Replication> wanted) {
      return all.values().stream().filter(wanted);
    }

    @Override
    public Stream<Replication> list(String namespace, Predicate<Replication> wanted) {
      return list(wanted.and(one -> one.getMetadata().getNamespace().equals(namespace)));
    }
  }
}
