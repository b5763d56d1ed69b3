package io.iasql.operator.replication;

import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.SqlTransaction;
import io.iasql.operator.Shard;
import io.iasql.operator.status.Conditions;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Set;

/** What else a Replication depends on in the cluster, and what wakes it when that changes. */
final class ReplicationSources {
  private ReplicationSources() {}

  static EventSource<?, Replication> environments(
      EventSourceContext<Replication> context, Neighbours neighbours, Shard shard) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Environment.class, Replication.class)
            .withName("environments")
            .withNamespacesInheritedFromController()
            .withLabelSelector(shard.selector().orElse(null))
            .withSecondaryToPrimaryMapper(
                e ->
                    neighbours.concernedBy(
                        e.getMetadata().getNamespace(),
                        new LocalReference(e.getMetadata().getName())))
            .withOnUpdateFilter((now, before) -> isReady(now) != isReady(before))
            .<Replication>withPrimaryToSecondaryMapper(
                r ->
                    Set.of(
                        id(r, r.getSpec().from().environmentRef()),
                        id(r, r.getSpec().to().environmentRef())))
            .build(),
        context);
  }

  static EventSource<?, Replication> transactions(
      EventSourceContext<Replication> context, Neighbours neighbours, Shard shard) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(SqlTransaction.class, Replication.class)
            .withName("transactions")
            .withNamespacesInheritedFromController()
            .withLabelSelector(shard.selector().orElse(null))
            .withSecondaryToPrimaryMapper(
                t ->
                    neighbours.concernedBy(
                        t.getMetadata().getNamespace(), t.getSpec().environmentRef()))
            .build(),
        context);
  }

  private static ResourceID id(Replication replication, LocalReference environment) {
    return new ResourceID(environment.name(), replication.getMetadata().getNamespace());
  }

  private static boolean isReady(Environment environment) {
    return environment.getStatus() != null
        && Conditions.find(environment.getStatus().conditions(), Conditions.READY)
            .map(Condition::isTrue)
            .orElse(false);
  }
}
