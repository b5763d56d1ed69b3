package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.crds.SqlTransactionSpec.OnFailure;
import io.iasql.peers.KubernetesPeer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart's admission policies in a real API server, attacked by real users: alice requests, bob
 * approves, carol may do both, dave owns environments; and by the operator itself, to whom RBAC
 * gives all that it can.
 */
class WhoMayApproveIT {
  private static final String PLAN = "plan-env-0123456789ab";
  private static final String SQL = "INSERT INTO queue (name) VALUES ('one')";
  private static final String REQUESTED_BY = "iasql.io/requested-by";
  private static final String WRITTEN_BY = "iasql.io/written-by";
  private static final int FORBIDDEN = 403;
  private static final int INVALID = 422;
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** The stack's operator may not write here, and would try for ever. */
  private static final Map<String, String> LEFT_ALONE = Map.of(Stack.SHARD, "nobody");

  private static final KubernetesPeer KUBERNETES = KubernetesPeer.shared();
  private static final KubernetesClient ADMIN = Stack.client(KUBERNETES.kubeconfig());
  private static final KubernetesClient ALICE = user("alice");
  private static final KubernetesClient BOB = user("bob");
  private static final KubernetesClient CAROL = user("carol");
  private static final KubernetesClient DAVE = user("dave");
  private static final KubernetesClient OPERATOR =
      Stack.client(Release.operatorKubeconfig(KUBERNETES));

  private static String plain;
  private static String fourEyes;

  private static KubernetesClient user(String name) {
    return Stack.client(KUBERNETES.kubeconfigFor(name));
  }

  @BeforeAll
  static void install() {
    Release.define(KUBERNETES, ADMIN);
    plain = namespace("plain");
    fourEyes = namespace("four-eyes");
    install(plain, "approval.fourEyes=false");
    install(fourEyes, "approval.fourEyes=true");
  }

  private static String namespace(String name) {
    ADMIN
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return name;
  }

  /** The policies and roles for one namespace; returns when each policy is in force. */
  private static void install(String namespace, String value) {
    Release.apply(
        ADMIN,
        Release.render(
            ADMIN, namespace, "watchNamespaces={" + namespace + "}", "rbac.create=false", value),
        Set.of("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ClusterRole"));
    String owner = "owner-" + namespace;
    ADMIN
        .resource(
            new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(owner)
                .endMetadata()
                .addNewRule()
                .withApiGroups("iasql.io")
                .withResources(
                    "environments",
                    "awsconnections/status",
                    "environments/status",
                    "sqltransactions/status",
                    "replications/status")
                .withVerbs("get", "create", "update", "patch")
                .endRule()
                // The client looks before it patches.
                .addNewRule()
                .withApiGroups("iasql.io")
                .withResources("awsconnections", "sqltransactions", "replications")
                .withVerbs("get")
                .endRule()
                .build())
        .create();
    bind(namespace, "iasql-requester", "alice", "carol", Release.OPERATOR);
    bind(namespace, "iasql-approver", "bob", "carol", Release.OPERATOR);
    bind(namespace, owner, "dave", Release.OPERATOR);

    environment(ADMIN, namespace, "env", Approval.MANUAL);
    ADMIN
        .resource(
            """
            apiVersion: iasql.io/v1alpha1
            kind: AwsConnection
            metadata: {name: aws, namespace: %s, labels: %s}
            spec: {accountId: "111122223333", region: eu-west-1}
            """
                .formatted(namespace, Serialization.asJson(LEFT_ALONE)))
        .create();

    awaitRefusal("approval", () -> create(ADMIN, transaction(namespace, PLAN, "nobody", Map.of())));
    awaitRefusal("automatic", () -> environment(DAVE, namespace, "automatic", Approval.AUTOMATIC));
    awaitRefusal("replication", () -> replicate(ALICE, namespace, "a", "b", "nobody"));
    replicate(ALICE, namespace, "a", "b", "alice");
    awaitRefusal("chains", () -> replicate(ALICE, namespace, "b", "a", "alice"));
    awaitRefusal("status", () -> status(DAVE, AwsConnection.class, namespace, "aws"));
  }

  private static void bind(String namespace, String role, String... users) {
    ADMIN
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(role)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", role)
                .withSubjects(
                    Arrays.stream(users)
                        .map(name -> new Subject("rbac.authorization.k8s.io", "User", name, null))
                        .toList())
                .build())
        .create();
  }

  private static void awaitRefusal(String policy, Runnable attempt) {
    Awaitility.await("policy " + policy + " to be in force")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              KubernetesClientException refused =
                  catchThrowableOfType(KubernetesClientException.class, attempt::run);
              return refused != null && refused.getMessage().contains("ValidatingAdmissionPolicy");
            });
  }

  // What people do -------------------------------------------------------------------------------

  /** Of an environment that nobody has: nothing but the spec is of interest. */
  private static SqlTransaction transaction(
      String namespace, String plan, String approvedBy, Map<String, String> annotations) {
    SqlTransaction transaction = new SqlTransaction();
    transaction.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName("t" + NAMES.incrementAndGet())
            .withLabels(LEFT_ALONE)
            .withAnnotations(annotations)
            .build());
    transaction.setSpec(
        new SqlTransactionSpec(
            new LocalReference("nowhere"), null, SQL, plan, approvedBy, null, OnFailure.ROLLBACK));
    return transaction;
  }

  private static SqlTransaction create(KubernetesClient who, SqlTransaction transaction) {
    return who.resource(transaction).create();
  }

  /** One that nobody has approved. */
  private static SqlTransaction requested(KubernetesClient who, String namespace, String... by) {
    return create(
        who,
        transaction(
            namespace, null, null, by.length == 0 ? Map.of() : Map.of(REQUESTED_BY, by[0])));
  }

  private static Resource<SqlTransaction> of(KubernetesClient who, HasMetadata transaction) {
    return who.resources(SqlTransaction.class)
        .inNamespace(transaction.getMetadata().getNamespace())
        .withName(transaction.getMetadata().getName());
  }

  private static void patch(KubernetesClient who, HasMetadata transaction, String json) {
    of(who, transaction).patch(PatchContext.of(PatchType.JSON_MERGE), json.replace('\'', '"'));
  }

  private static void approve(KubernetesClient who, HasMetadata transaction, String name) {
    patch(
        who, transaction, "{'spec':{'approvePlan':'%s','approvedBy':'%s'}}".formatted(PLAN, name));
  }

  private static void status(
      KubernetesClient who, Class<? extends HasMetadata> type, String namespace, String name) {
    who.resources(type)
        .inNamespace(namespace)
        .withName(name)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"observedGeneration\":99}}");
  }

  /**
   * Of environments that nobody has.
   *
   * @param by whom it names as its requester; may be empty
   * @return its name
   */
  private static String replicate(
      KubernetesClient who, String namespace, String from, String to, String by) {
    String name = "r" + NAMES.incrementAndGet();
    String yaml =
        """
        apiVersion: iasql.io/v1alpha1
        kind: Replication
        metadata:
          name: %s
          namespace: %s
          labels: %s
          annotations: {%s}
        spec:
          from: {environmentRef: {name: %s}, transactionRef: {name: t}}
          to: {environmentRef: {name: %s}}
        """
            .formatted(
                name,
                namespace,
                Serialization.asJson(LEFT_ALONE),
                by.isEmpty() ? "" : REQUESTED_BY + ": '" + by + "'",
                from,
                to);
    who.resource(yaml).create();
    return name;
  }

  private static void patchReplication(
      KubernetesClient who, String namespace, String name, String json) {
    who.resources(Replication.class)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), json.replace('\'', '"'));
  }

  private static void replicationStatus(String name, String json) {
    OPERATOR
        .resources(Replication.class)
        .inNamespace(plain)
        .withName(name)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{'status':%s}".formatted(json).replace('\'', '"'));
  }

  private static void environment(
      KubernetesClient who, String namespace, String name, Approval approval) {
    String yaml =
        """
        apiVersion: iasql.io/v1alpha1
        kind: Environment
        metadata: {name: %s, namespace: %s, labels: %s}
        spec:
          awsConnectionRef: {name: nowhere}
          modules: [aws_sqs]
          approval: %s
        """
            .formatted(
                name,
                namespace,
                Serialization.asJson(LEFT_ALONE),
                approval == Approval.AUTOMATIC ? "Automatic" : "Manual");
    who.resource(yaml).create();
  }

  private static void assertRefused(int code, String message, Runnable attempt) {
    KubernetesClientException refused =
        catchThrowableOfType(KubernetesClientException.class, attempt::run);
    assertThat(refused).as("the refusal").isNotNull();
    assertThat(refused.getCode()).as(refused.getMessage()).isEqualTo(code);
    assertThat(refused)
        .hasMessageContaining("ValidatingAdmissionPolicy")
        .hasMessageContaining(message);
  }

  private static SqlTransactionSpec stored(HasMetadata transaction) {
    return of(ADMIN, transaction).get().getSpec();
  }

  // Without the verb -----------------------------------------------------------------------------

  /** The ways to write a field. */
  private enum Way {
    MERGE_PATCH,
    JSON_PATCH,
    APPLY,
    UPDATE
  }

  private static void approve(
      Way way, KubernetesClient who, SqlTransaction transaction, String by) {
    switch (way) {
      case MERGE_PATCH -> approve(who, transaction, by);
      case JSON_PATCH ->
          of(who, transaction)
              .patch(
                  PatchContext.of(PatchType.JSON),
                  """
                  [{"op": "add", "path": "/spec/approvePlan", "value": "%s"},
                   {"op": "add", "path": "/spec/approvedBy", "value": "%s"}]
                  """
                      .formatted(PLAN, by));
      case APPLY -> {
        SqlTransaction applied = transaction(plain, PLAN, by, Map.of());
        applied.getMetadata().setName(transaction.getMetadata().getName());
        who.resource(applied).forceConflicts().serverSideApply();
      }
      case UPDATE -> {
        SqlTransaction updated = of(ADMIN, transaction).get();
        updated.setSpec(transaction(plain, PLAN, by, Map.of()).getSpec());
        who.resource(updated).update();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void shouldRefuseWhoHasNotTheVerb(Way way) {
    SqlTransaction transaction = requested(ALICE, plain);

    assertRefused(
        FORBIDDEN, "takes the verb approve", () -> approve(way, ALICE, transaction, "alice"));
    assertRefused(
        FORBIDDEN, "takes the verb approve", () -> approve(way, ALICE, transaction, "bob"));

    assertThat(stored(transaction).approvePlan()).isNull();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void shouldTakeWhoHasTheVerb(Way way) {
    SqlTransaction transaction = requested(ALICE, plain);

    approve(way, BOB, transaction, "bob");

    assertThat(stored(transaction).approvePlan()).isEqualTo(PLAN);
    assertThat(stored(transaction).approvedBy()).isEqualTo("bob");
  }

  @Test
  void shouldRefuseAnApprovalThatComesWithTheTransaction() {
    assertRefused(
        FORBIDDEN,
        "takes the verb approve",
        () -> create(ALICE, transaction(plain, PLAN, "alice", Map.of())));
    SqlTransaction generated = transaction(plain, PLAN, "alice", Map.of());
    generated.getMetadata().setName(null);
    generated.getMetadata().setGenerateName("generated-");
    assertRefused(FORBIDDEN, "takes the verb approve", () -> create(ALICE, generated));

    assertThat(create(CAROL, transaction(plain, PLAN, "carol", Map.of())).getSpec().approvedBy())
        .isEqualTo("carol");
  }

  @Test
  void shouldRefuseTheVerbOfAnotherNamespace() {
    bind(namespace("elsewhere"), "iasql-approver", "alice");

    assertRefused(
        FORBIDDEN,
        "takes the verb approve",
        () -> approve(ALICE, requested(ALICE, plain), "alice"));
  }

  // As somebody else -----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"alice", "Bob", "bob ", ""})
  void shouldRefuseAnotherName(String name) {
    SqlTransaction transaction = requested(ALICE, plain);

    assertRefused(
        INVALID,
        "write spec.approvedBy \"bob\" together with spec.approvePlan \"" + PLAN + "\"",
        () -> approve(BOB, transaction, name));

    assertThat(stored(transaction).approvePlan()).isNull();
  }

  @Test
  void shouldRefuseNoNameAndSayWhatToWrite() {
    SqlTransaction transaction = requested(ALICE, plain);

    assertRefused(
        INVALID,
        "write spec.approvedBy \"bob\"",
        () -> patch(BOB, transaction, "{'spec':{'approvePlan':'" + PLAN + "'}}"));
  }

  @Test
  void shouldKeepTheNameOfWhoApproved() {
    SqlTransaction transaction = requested(ALICE, plain);
    assertRefused(
        INVALID,
        "leave it as it is",
        () -> patch(ALICE, transaction, "{'spec':{'approvedBy':'bob'}}"));
    approve(BOB, transaction, "bob");

    for (KubernetesClient who : List.of(ALICE, BOB, CAROL, ADMIN)) {
      for (String name : List.of("'carol'", "null", "''")) {
        assertRefused(
            INVALID,
            "leave it as it is",
            () -> patch(who, transaction, "{'spec':{'approvedBy':" + name + "}}"));
      }
    }
    assertThat(stored(transaction).approvedBy()).isEqualTo("bob");
  }

  @Test
  void shouldLetTheNextApproverTakeOver() {
    SqlTransaction transaction = requested(ALICE, plain);
    approve(BOB, transaction, "bob");

    patch(CAROL, transaction, "{'spec':{'approvePlan':'plan-env-2','approvedBy':'carol'}}");

    assertThat(stored(transaction).approvedBy()).isEqualTo("carol");
  }

  // What was approved ----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"'sql':'DELETE FROM queue'", "'onFailure':'Stop'"})
  void shouldRefuseOtherWorkUnderAnApproval(String change) {
    SqlTransaction transaction = requested(ALICE, plain);
    approve(BOB, transaction, "bob");

    assertRefused(
        FORBIDDEN,
        "set spec.approvePlan to null",
        () -> patch(ALICE, transaction, "{'spec':{" + change + "}}"));
    assertRefused(
        INVALID,
        "write spec.approvedBy \"carol\"",
        () -> patch(CAROL, transaction, "{'spec':{" + change + "}}"));

    assertThat(stored(transaction).sql()).isEqualTo(SQL);
    assertThat(stored(transaction).onFailure()).isEqualTo(OnFailure.ROLLBACK);
    patch(ALICE, transaction, "{'spec':{" + change + ",'approvePlan':null,'approvedBy':null}}");
    assertThat(stored(transaction).approvePlan()).isNull();
  }

  @Test
  void shouldLetAnybodyTakeAnApprovalBackButNotGiveItAgain() {
    SqlTransaction transaction = requested(ALICE, plain);
    approve(BOB, transaction, "bob");

    patch(ALICE, transaction, "{'spec':{'approvePlan':null}}");

    assertRefused(
        FORBIDDEN,
        "takes the verb approve",
        () -> patch(ALICE, transaction, "{'spec':{'approvePlan':'" + PLAN + "'}}"));
  }

  @Test
  void shouldStillTakeTheLongestSql() {
    SqlTransaction transaction = requested(ALICE, plain);
    String longest = "-".repeat(SqlTransactionSpec.MAX_SQL);

    patch(ALICE, transaction, "{'spec':{'sql':'" + longest + "'}}");
    patch(ALICE, transaction, "{'spec':{'sql':'" + longest.substring(1) + "x'}}");

    assertThat(stored(transaction).sql()).hasSize(SqlTransactionSpec.MAX_SQL).endsWith("x");
  }

  // The operator ---------------------------------------------------------------------------------

  @Test
  void shouldNeverLetTheOperatorApprove() {
    SqlTransaction transaction = requested(ALICE, plain);
    String refusal = "The operator neither approves nor changes a SqlTransaction.";

    for (Way way : Way.values()) {
      assertRefused(INVALID, refusal, () -> approve(way, OPERATOR, transaction, Release.OPERATOR));
    }
    assertRefused(
        INVALID,
        refusal,
        () -> create(OPERATOR, transaction(plain, PLAN, Release.OPERATOR, Map.of())));
    assertRefused(
        INVALID, refusal, () -> patch(OPERATOR, transaction, "{'spec':{'sql':'SELECT 1'}}"));
    assertRefused(
        INVALID,
        "The operator does not change an Environment.",
        () ->
            OPERATOR
                .resources(Environment.class)
                .inNamespace(plain)
                .withName("env")
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"spec\":{\"approval\":\"Automatic\"}}"));
  }

  // The ways around ------------------------------------------------------------------------------

  @Test
  void shouldLetNobodyButTheOperatorWriteAStatus() {
    String replication = replicate(ALICE, plain, "p", "q", "");
    String name = requested(ALICE, plain).getMetadata().getName();
    for (KubernetesClient who : List.of(DAVE, ADMIN)) {
      String refusal = "nobody else writes it";
      assertRefused(FORBIDDEN, refusal, () -> status(who, AwsConnection.class, plain, "aws"));
      assertRefused(FORBIDDEN, refusal, () -> status(who, Environment.class, plain, "env"));
      assertRefused(FORBIDDEN, refusal, () -> status(who, SqlTransaction.class, plain, name));
      assertRefused(FORBIDDEN, refusal, () -> status(who, Replication.class, plain, replication));
    }
    // What comes along with the rest of the object is left out by the API server.
    SqlTransaction transaction = requested(ALICE, plain);
    patch(ALICE, transaction, "{'status':{'message':'forged'}}");
    assertThat(of(ADMIN, transaction).get().getStatus()).isNull();
  }

  @Test
  void shouldLetTheOperatorWriteAStatus() {
    SqlTransaction transaction = requested(ALICE, plain);

    status(OPERATOR, SqlTransaction.class, plain, transaction.getMetadata().getName());

    assertThat(of(ADMIN, transaction).get().getStatus().observedGeneration()).isEqualTo(99);
  }

  @Test
  void shouldNotLetAnEnvironmentApproveByItselfWithoutTheVerb() {
    environment(DAVE, plain, "manual", Approval.MANUAL);

    assertRefused(
        FORBIDDEN,
        "dave may not set spec.approval to Automatic",
        () -> environment(DAVE, plain, "automatic", Approval.AUTOMATIC));
    assertRefused(
        FORBIDDEN,
        "dave may not set spec.approval to Automatic",
        () ->
            DAVE.resources(Environment.class)
                .inNamespace(plain)
                .withName("env")
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"spec\":{\"approval\":\"Automatic\"}}"));
  }

  // Four eyes ------------------------------------------------------------------------------------

  @Test
  void shouldKnowWhoRequested() {
    String refusal = "set it to \"carol\"";
    assertRefused(INVALID, refusal, () -> requested(CAROL, fourEyes));
    assertRefused(INVALID, refusal, () -> requested(CAROL, fourEyes, "alice"));
    assertRefused(INVALID, refusal, () -> requested(CAROL, plain, "alice"));

    SqlTransaction transaction = requested(CAROL, fourEyes, "carol");
    for (String name : List.of("'alice'", "null")) {
      assertRefused(
          INVALID,
          "changes together with the SQL only",
          () ->
              patch(
                  CAROL,
                  transaction,
                  "{'metadata':{'annotations':{'" + REQUESTED_BY + "':" + name + "}}}"));
    }
  }

  @Test
  void shouldTakeTwoPeopleWhereTheChartSaysSo() {
    SqlTransaction transaction = requested(CAROL, fourEyes, "carol");

    assertRefused(
        INVALID,
        "carol requested this: somebody else must approve it.",
        () -> approve(CAROL, transaction, "carol"));
    assertRefused(
        INVALID,
        "carol requested this",
        () -> create(CAROL, transaction(fourEyes, PLAN, "carol", Map.of(REQUESTED_BY, "carol"))));
    assertRefused(FORBIDDEN, "takes the verb approve", () -> approve(ALICE, transaction, "alice"));

    approve(BOB, transaction, "bob");
    assertThat(stored(transaction).approvedBy()).isEqualTo("bob");
  }

  /** The one that approves may have written the ConfigMap. */
  @Test
  void shouldNotApproveWhatNobodyIsKnownToHaveWritten() {
    SqlTransaction transaction = requested(CAROL, fourEyes, "carol");
    patch(
        CAROL,
        transaction,
        "{'spec':{'sql':null,'sqlFrom':{'configMapKeyRef':{'name':'site','key':'site.sql'}}}}");

    assertRefused(
        INVALID, "Who writes a ConfigMap is not known", () -> approve(BOB, transaction, "bob"));
  }

  @Test
  void shouldTakeWhoeverRewritesTheSqlForTheRequester() {
    SqlTransaction transaction = requested(ALICE, fourEyes, "alice");

    assertRefused(
        INVALID,
        "set it to \"carol\"",
        () -> patch(CAROL, transaction, "{'spec':{'sql':'DELETE FROM queue'}}"));
    patch(
        CAROL,
        transaction,
        "{'metadata':{'annotations':{'"
            + REQUESTED_BY
            + "':'carol'}},'spec':{'sql':'DELETE FROM queue'}}");

    assertRefused(INVALID, "carol requested this", () -> approve(CAROL, transaction, "carol"));
    approve(BOB, transaction, "bob");
    assertThat(stored(transaction).approvedBy()).isEqualTo("bob");
  }

  @Test
  void shouldTakeWhatWasWrittenInPsqlFromTheOperatorOnly() {
    Map<String, String> psql = Map.of(WRITTEN_BY, "psql");
    String refusal = "Annotation iasql.io/written-by is the operator's";
    assertRefused(
        INVALID,
        refusal,
        () ->
            create(
                CAROL,
                transaction(
                    fourEyes, null, null, Map.of(WRITTEN_BY, "psql", REQUESTED_BY, "carol"))));
    assertRefused(INVALID, refusal, () -> create(ALICE, transaction(plain, null, null, psql)));

    SqlTransaction proposed = create(OPERATOR, transaction(fourEyes, null, null, psql));
    assertRefused(
        INVALID,
        refusal,
        () -> patch(BOB, proposed, "{'metadata':{'annotations':{'" + WRITTEN_BY + "':null}}}"));
    approve(BOB, proposed, "bob");
    assertThat(stored(proposed).approvedBy()).isEqualTo("bob");
  }

  // Replications ---------------------------------------------------------------------------------

  @Test
  void shouldKnowWhoAskedForAReplication() {
    String refusal = "names whoever writes the Replication: set it to \"carol\"";
    assertRefused(INVALID, refusal, () -> replicate(CAROL, fourEyes, "p", "q", ""));
    assertRefused(INVALID, refusal, () -> replicate(CAROL, fourEyes, "p", "q", "alice"));
    assertRefused(INVALID, refusal, () -> replicate(CAROL, plain, "p", "q", "alice"));
    replicate(CAROL, plain, "p", "q", "");

    String name = replicate(ALICE, fourEyes, "p", "q", "alice");
    assertRefused(
        INVALID,
        refusal,
        () -> patchReplication(CAROL, fourEyes, name, "{'spec':{'requiredSoakTime':'1h'}}"));
    assertRefused(
        INVALID,
        "changes together with spec only",
        () ->
            patchReplication(
                CAROL,
                fourEyes,
                name,
                "{'metadata':{'annotations':{'" + REQUESTED_BY + "':'carol'}}}"));
  }

  @Test
  void shouldTakeTheRequesterOfAReplicationFromTheOperatorOnly() {
    SqlTransaction made = requested(OPERATOR, fourEyes, "carol");

    assertRefused(INVALID, "carol requested this", () -> approve(CAROL, made, "carol"));
    assertRefused(
        INVALID,
        "changes together with the SQL only",
        () ->
            patch(OPERATOR, made, "{'metadata':{'annotations':{'" + REQUESTED_BY + "':'alice'}}}"));
    approve(BOB, made, "bob");
    assertThat(stored(made).approvedBy()).isEqualTo("bob");
  }

  @Test
  void shouldNeverLetTheOperatorAskForAReplication() {
    assertRefused(
        INVALID,
        "The operator neither makes nor changes a Replication.",
        () -> replicate(OPERATOR, plain, "p", "q", ""));
  }

  @Test
  void shouldRefuseAReplicationThatClosesARing() {
    replicate(ALICE, plain, "dev", "staging", "");
    String second = replicate(ALICE, plain, "staging", "prod", "");
    replicationStatus(second, "{'upstream':['dev']}");
    String refusal = "changes of dev come to prod by Replication %s already.".formatted(second);

    Awaitility.await("the policy to see the status")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertRefused(INVALID, refusal, () -> replicate(ALICE, plain, "prod", "dev", "")));
    assertRefused(
        INVALID,
        "changes of staging come to prod",
        () -> replicate(ALICE, plain, "prod", "staging", ""));
    replicate(ALICE, plain, "prod", "dr", "");

    replicationStatus(second, "{'phase':'Committed'}");
    Awaitility.await("the policy to see that it is over")
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsMatching(e -> e.getMessage().contains("come to prod"))
        .until(() -> !replicate(ALICE, plain, "prod", "staging", "").isEmpty());
  }
}
