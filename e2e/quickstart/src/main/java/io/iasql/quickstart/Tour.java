package io.iasql.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.quickstart.Adaptation.Adapted;
import io.iasql.quickstart.Adaptation.SecretName;
import io.iasql.quickstart.Manifests.Document;
import io.iasql.quickstart.Manifests.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Applies manifests, approves plans and says what happens. */
final class Tour {
  private static final Set<Phase> ENDED =
      EnumSet.of(
          Phase.COMMITTED,
          Phase.NO_CHANGES,
          Phase.PLANNED,
          Phase.REJECTED,
          Phase.FAILED,
          Phase.PARTIALLY_APPLIED,
          Phase.ROLLED_BACK);
  private static final Set<Phase> IN_AWS = EnumSet.of(Phase.COMMITTED, Phase.PARTIALLY_APPLIED);

  private final Manifests manifests;
  private final KubernetesClient client;
  private final Commands kubectl;
  private final URI aws;
  private final Path folder;
  private final boolean ask;
  private final Console console;
  private final Adaptation adaptation;

  /**
   * @param folder where manifests that had to be changed are written
   * @param account the account of the operator's own keys
   * @param ask whether to ask before each approval
   */
  Tour(
      Manifests manifests,
      KubernetesClient client,
      Commands kubectl,
      URI aws,
      Path folder,
      String account,
      boolean ask,
      Console console) {
    this.manifests = manifests;
    this.client = client;
    this.kubectl = kubectl;
    this.aws = aws;
    this.folder = folder;
    this.ask = ask;
    this.console = console;
    Set<SecretName> given =
        manifests
            .documents()
            .filter(document -> document.kind().equals("Secret"))
            .map(document -> new SecretName(document.namespace(), document.name()))
            .collect(Collectors.toSet());
    this.adaptation = new Adaptation(account, secret -> given.contains(secret) || isThere(secret));
  }

  private boolean isThere(SecretName secret) {
    return client.secrets().inNamespace(secret.namespace()).withName(secret.name()).get() != null;
  }

  /**
   * Goes through all manifests.
   *
   * @return whether every transaction ended well
   * @throws QuickstartException when it cannot be gone on with
   */
  boolean run() {
    createNamespaces();
    for (Part part : manifests.parts()) {
      console.heading(title(part));
      apply(part);
      for (Document document : part.documents()) {
        if (document.isOurs("AwsConnection")) {
          awaitConnection(document);
        } else if (document.isOurs("Environment")) {
          awaitEnvironment(document);
        }
      }
      if (part.replication().isPresent()) {
        followReplication(part.replication().get());
      }
      if (part.transaction().isPresent() && !follow(part.transaction().get())) {
        long left = manifests.parts().size() - 1L - manifests.parts().indexOf(part);
        console.say("");
        console.say(
            "SqlTransaction %s has not ended well%s"
                .formatted(
                    part.transaction().get().name(),
                    left == 0 ? "." : "; what comes after it was not applied."));
        return false;
      }
    }
    return true;
  }

  private static String title(Part part) {
    return part.whole()
        ? part.file().toString()
        : part.documents().stream()
            .map(document -> document.kind() + " " + document.name())
            .collect(Collectors.joining(", ", part.file() + ": ", ""));
  }

  private void createNamespaces() {
    Set<String> wanted = manifests.documents().map(Document::namespace).collect(Collectors.toSet());
    manifests
        .documents()
        .filter(document -> document.kind().equals("Namespace"))
        .forEach(document -> wanted.remove(document.name()));
    wanted.removeIf(name -> client.namespaces().withName(name).get() != null);
    wanted.stream().sorted().forEach(name -> kubectl.run("create", "namespace", name));
  }

  private void apply(Part part) {
    List<ObjectNode> objects = new ArrayList<>();
    boolean changed = !part.whole();
    for (Document document : part.documents()) {
      Adapted adapted = adaptation.of(document);
      adapted.remarks().forEach(console::say);
      changed |= !adapted.remarks().isEmpty();
      objects.addAll(adapted.extras());
      objects.add(adapted.object());
    }
    kubectl.run("apply", "-f", (changed ? write(part, objects) : part.file()).toString());
  }

  private Path write(Part part, List<ObjectNode> objects) {
    String base = part.file().getFileName().toString().replaceFirst("\\.[^.]*$", "");
    String last = part.documents().get(part.documents().size() - 1).name();
    try {
      return Files.writeString(
          folder.resolve(base + "-" + last + ".yaml"), Manifests.yaml(objects));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + folder, e);
    }
  }

  private void awaitConnection(Document document) {
    try (Watch<AwsConnection> watch =
        new Watch<>(client, AwsConnection.class, document.namespace(), document.name(), console)) {
      AwsConnection ready =
          watch.until(
              "2 s",
              connection -> message(conditions(connection), "Ready"),
              connection -> {
                failIfStalled("AwsConnection " + document.name(), conditions(connection));
                return holds(conditions(connection), "Ready")
                    ? Optional.of(connection)
                    : Optional.empty();
              });
      console.say(
          "AwsConnection %s: account %s confirmed, regions %s"
              .formatted(
                  document.name(),
                  ready.getStatus().accountId(),
                  String.join(", ", ready.getStatus().regions())));
    }
  }

  private void awaitEnvironment(Document document) {
    try (Watch<Environment> watch =
        new Watch<>(client, Environment.class, document.namespace(), document.name(), console)) {
      Environment ready =
          watch.until(
              "10 s",
              environment -> message(conditions(environment), "Ready"),
              environment -> {
                failIfStalled("Environment " + document.name(), conditions(environment));
                return holds(conditions(environment), "Ready")
                    ? Optional.of(environment)
                    : Optional.empty();
              });
      console.say(
          "Environment %s: ready, modules %s, %s resources read"
              .formatted(
                  document.name(),
                  String.join(", ", ready.getStatus().modules()),
                  ready.getStatus().resourceCount()));
    }
  }

  private static List<Condition> conditions(AwsConnection connection) {
    return connection.getStatus() == null ? List.of() : connection.getStatus().conditions();
  }

  private static List<Condition> conditions(Environment environment) {
    return environment.getStatus() == null ? List.of() : environment.getStatus().conditions();
  }

  private static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> condition.type().equals(type)).findFirst();
  }

  private static boolean holds(List<Condition> conditions, String type) {
    return find(conditions, type).filter(Condition::isTrue).isPresent();
  }

  private static String message(List<Condition> conditions, String type) {
    return find(conditions, type).map(Condition::message).orElse("");
  }

  private static void failIfStalled(String what, List<Condition> conditions) {
    find(conditions, "Stalled")
        .filter(Condition::isTrue)
        .ifPresent(
            stalled -> {
              String hint =
                  stalled.reason().equals("WrongAccount")
                      ? " To the emulator the access key's id is the account: write the account's"
                          + " 12 digits into AWS_ACCESS_KEY_ID of the Secret."
                      : "";
              throw new QuickstartException(
                  what + " is stalled, " + stalled.reason() + ": " + stalled.message() + hint);
            });
  }

  /** Follows each SqlTransaction that a replication makes, until all is committed. */
  private void followReplication(Document document) {
    Set<String> followed = new HashSet<>();
    try (Watch<Replication> watch =
        new Watch<>(client, Replication.class, document.namespace(), document.name(), console)) {
      ReplicationStatus ended =
          watch.until(
              "5 s",
              replication ->
                  replication.getStatus() == null
                      ? ""
                      : Objects.requireNonNullElse(replication.getStatus().message(), ""),
              replication -> {
                ReplicationStatus status = replication.getStatus();
                if (status == null || status.phase() == null) {
                  return Optional.empty();
                }
                failIfStalled("Replication " + document.name(), status.conditions());
                if (status.phase() == ReplicationStatus.Phase.PROPOSED
                    && status.comparison() != null
                    && followed.add(status.transactionRef().name())) {
                  compare(document.name(), status);
                  if (!follow(document.namespace(), status.transactionRef().name())) {
                    return Optional.of(status);
                  }
                }
                return status.phase() == ReplicationStatus.Phase.COMMITTED
                    ? Optional.of(status)
                    : Optional.empty();
              });
      console.say("");
      console.say("Replication %s: %s".formatted(document.name(), ended.message()));
    }
  }

  private void compare(String name, ReplicationStatus status) {
    ReplicationStatus.Comparison comparison = status.comparison();
    console.say("");
    console.say(
        "Replication %s made SqlTransaction %s.".formatted(name, status.transactionRef().name()));
    console.say(
        "Compared with what the source committed: %s%s"
            .formatted(
                comparison.verdict() == ReplicationStatus.Verdict.SAME ? "Same" : "Different",
                comparison.differences().isEmpty() ? "." : ", but for"));
    comparison
        .differences()
        .forEach(
            d ->
                console.say(
                    "  %s %s %s: %s there, %s here (%s)"
                        .formatted(
                            d.table(),
                            Objects.requireNonNullElse(d.row(), ""),
                            Objects.requireNonNullElse(d.column(), ""),
                            d.source(),
                            d.target(),
                            Objects.requireNonNullElse(d.explainedBy(), "unexplained"))));
  }

  private boolean follow(Document document) {
    return follow(document.namespace(), document.name());
  }

  /** Follows a transaction to its end, which is good or not. */
  private boolean follow(String namespace, String name) {
    Set<String> approved = new HashSet<>();
    try (Watch<SqlTransaction> watch =
        new Watch<>(client, SqlTransaction.class, namespace, name, console)) {
      SqlTransaction ended =
          watch.until(
              "3 s",
              transaction ->
                  transaction.getStatus() == null
                      ? ""
                      : Objects.requireNonNullElse(transaction.getStatus().message(), ""),
              transaction -> {
                SqlTransactionStatus status = transaction.getStatus();
                if (status == null || status.phase() == null) {
                  return Optional.empty();
                }
                if (hasEnded(transaction)) {
                  return Optional.of(transaction);
                }
                if (status.phase() == Phase.AWAITING_APPROVAL
                    && isCurrent(transaction)
                    && status.plan() != null
                    && approved.add(status.plan().id())) {
                  show(transaction);
                  decide(transaction);
                }
                return Optional.empty();
              });
      return report(ended, approved);
    }
  }

  /** What has reached AWS is over, whatever its spec says afterwards. */
  private static boolean hasEnded(SqlTransaction transaction) {
    Phase phase = transaction.getStatus().phase();
    return ENDED.contains(phase) && (IN_AWS.contains(phase) || isCurrent(transaction));
  }

  private static boolean isCurrent(SqlTransaction transaction) {
    return Objects.equals(
        transaction.getMetadata().getGeneration(), transaction.getStatus().observedGeneration());
  }

  private void show(SqlTransaction transaction) {
    Plan plan = transaction.getStatus().plan();
    console.say("");
    if (transaction.getSpec().description() != null) {
      console.say(transaction.getSpec().description() + ":");
    }
    console.quote(transaction.getSpec().sql());
    console.say("");
    console.say("Phase %s, plan %s, %s:".formatted(phase(transaction), plan.id(), plan.text()));
    PlanTable.lines(plan).forEach(line -> console.say("  " + line));
    console.say("");
  }

  private static String phase(SqlTransaction transaction) {
    return phase(transaction.getStatus().phase());
  }

  /** {@code AwaitingApproval}, as the status has it. */
  private static String phase(Phase phase) {
    return Arrays.stream(phase.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  private void decide(SqlTransaction transaction) {
    String id = transaction.getStatus().plan().id();
    boolean yes = !ask || console.confirm("Approve " + id + "?");
    String patch =
        yes ? "{\"spec\":{\"approvePlan\":\"" + id + "\"}}" : "{\"spec\":{\"reject\":true}}";
    List<String> command = new ArrayList<>(List.of("patch", "sqltransaction"));
    command.add(transaction.getMetadata().getName());
    if (!transaction.getMetadata().getNamespace().equals("default")) {
      command.addAll(List.of("-n", transaction.getMetadata().getNamespace()));
    }
    command.addAll(List.of("--type=merge", "-p", patch));
    kubectl.run(command.toArray(new String[0]));
  }

  private boolean report(SqlTransaction transaction, Set<String> approved) {
    SqlTransactionStatus status = transaction.getStatus();
    Phase phase = status.phase();
    if (phase == Phase.COMMITTED && approved.isEmpty() && status.plan() != null) {
      show(transaction);
    }
    String message = Objects.requireNonNullElse(status.message(), "");
    ("Phase " + phase(phase) + ": " + message).lines().forEach(console::say);
    if (IN_AWS.contains(phase) && status.plan() != null) {
      console.say("");
      askAws(transaction);
    }
    return phase == Phase.COMMITTED
        || phase == Phase.NO_CHANGES
        || phase == Phase.PLANNED
        || phase == Phase.REJECTED;
  }

  private void askAws(SqlTransaction transaction) {
    String namespace = transaction.getMetadata().getNamespace();
    Environment environment =
        client
            .resources(Environment.class)
            .inNamespace(namespace)
            .withName(transaction.getSpec().environmentRef().name())
            .require();
    AwsConnection connection =
        client
            .resources(AwsConnection.class)
            .inNamespace(namespace)
            .withName(environment.getSpec().awsConnectionRef().name())
            .require();
    Set<String> tables =
        transaction.getStatus().plan().changes().stream()
            .map(Change::table)
            .collect(Collectors.toSet());
    try (AwsAnswers answers =
        new AwsAnswers(aws, connection.getStatus().accountId(), connection.getStatus().regions())) {
      console.say("What AWS says, asked at " + aws + ":");
      answers.about(tables).forEach(line -> console.say("  " + line));
    }
  }
}
