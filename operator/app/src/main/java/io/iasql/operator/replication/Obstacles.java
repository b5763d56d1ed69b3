package io.iasql.operator.replication;

import io.iasql.engine.replicate.Carried;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Replicas;
import io.iasql.engine.replicate.Unmapped;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the target must have, or must not have, before a commit can be made there. */
final class Obstacles {
  private final ReplicationRequest request;
  private final Replicas target;

  Obstacles(ReplicationRequest request, Replicas target) {
    this.request = request;
    this.target = target;
  }

  /** Modules first: without their tables nothing else can be told. */
  List<Unmapped> of(Carried carried) {
    Set<String> modules = target.missingModules(carried);
    if (modules.isEmpty()) {
      return target.unmapped(carried);
    }
    String patch = patch(modules);
    return modules.stream()
        .map(
            module ->
                new Unmapped(
                    "iasql_module",
                    module,
                    "tables that " + request.target().getName() + " has not: add the module",
                    List.of(patch)))
        .toList();
  }

  private String patch(Set<String> modules) {
    return "kubectl patch environment %s -n %s --type=json -p '[%s]'"
        .formatted(
            request.target().getName(),
            request.namespace(),
            modules.stream()
                .map("{\"op\":\"add\",\"path\":\"/spec/modules/-\",\"value\":\"%s\"}"::formatted)
                .collect(Collectors.joining(",")));
  }

  String describe(Commit commit, List<Unmapped> unmapped) {
    Unmapped first = unmapped.get(0);
    String target = request.target().getName();
    return "%s of %s cannot be made in %s: %s %s, needed by %s%s. See status.unmapped; it is looked at again when %s moves."
        .formatted(
            ReplicatedTransaction.sourceName(commit),
            request.source().getName(),
            target,
            first.table(),
            first.name(),
            first.neededBy(),
            unmapped.size() == 1 ? "" : ", and " + (unmapped.size() - 1) + " more",
            target);
  }
}
