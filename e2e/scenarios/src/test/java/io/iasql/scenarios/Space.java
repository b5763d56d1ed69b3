package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.AwsConnectionSpec;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.AwsQueues;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** A test's own namespace, AWS account and database, and how it looks at them. */
final class Space {
  static final String REGION = "eu-west-1";
  static final String CONNECTION = "aws";
  static final String KEYS = "aws-keys";
  static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(100);

  final Stack stack;
  final AwsPeer.Account account;
  final String namespace;
  private final Map<String, String> databases = new TreeMap<>();
  private final Map<String, String> labels;

  private Space(Stack stack, String name, Map<String, String> labels) {
    this.stack = stack;
    this.account = stack.aws.newAccount();
    this.labels = labels;
    this.namespace = name + "-" + account.id();
    Spaces.opened(this);
    stack
        .client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
  }

  /** A namespace with nothing in it, and an account that nobody else uses. */
  static Space empty(String name) {
    return new Space(Stack.shared(), name, Map.of());
  }

  /** The same in a stack of its own. */
  static Space of(Stack stack, String name) {
    return new Space(stack, name, Map.of());
  }

  /** The same for another operator than the stack's. */
  static Space ofShard(String shard) {
    return new Space(Stack.shared(), shard, Map.of(Stack.SHARD, shard));
  }

  /** One with an environment {@code env} that is ready. */
  static Space ready(String name, EnvironmentSpec.Approval approval, String... modules) {
    Space space = empty(name);
    space.connect();
    space.environment("env", approval, modules);
    space.awaitReady("env");
    return space;
  }

  /** Deletes what was applied. It goes when its operator comes to it: nobody waits for that. */
  void close() {
    if (stack == Stack.shared()) {
      for (Class<? extends HasMetadata> type :
          List.of(
              SqlTransaction.class, Replication.class, Environment.class, AwsConnection.class)) {
        stack.client.resources(type).inNamespace(namespace).delete();
      }
    }
  }

  // What is applied ------------------------------------------------------------------------------

  /** Keys and connection as they should be. */
  void connect() {
    keys(account.accessKeyId(), account.secretAccessKey());
    connection(account.id(), Optional.of(stack.proxy.endpoint()));
  }

  void keys(String id, String secret) {
    secret(KEYS, Map.of("AWS_ACCESS_KEY_ID", id, "AWS_SECRET_ACCESS_KEY", secret));
  }

  void configMap(String name, Map<String, String> data) {
    stack
        .client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withData(data)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  void secret(String name, Map<String, String> data) {
    stack
        .client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withStringData(data)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  void connection(String accountId, Optional<URI> endpoint) {
    AwsConnection connection = new AwsConnection();
    connection.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(CONNECTION)
            .withLabels(labels)
            .build());
    connection.setSpec(
        new AwsConnectionSpec(
            accountId,
            REGION,
            Set.of(REGION),
            new AwsConnectionSpec.Credentials(new LocalReference(KEYS), null),
            endpoint.map(URI::toString).orElse(null)));
    stack.client.resource(connection).forceConflicts().serverSideApply();
  }

  /** An environment for another account, with a connection and keys of the same name. */
  AwsPeer.Account elsewhere(
      String name, String region, EnvironmentSpec.Approval approval, String... modules) {
    AwsPeer.Account other = stack.aws.newAccount();
    secret(
        name + "-keys",
        Map.of(
            "AWS_ACCESS_KEY_ID", other.accessKeyId(),
            "AWS_SECRET_ACCESS_KEY", other.secretAccessKey()));
    AwsConnection connection = new AwsConnection();
    connection.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    connection.setSpec(
        new AwsConnectionSpec(
            other.id(),
            region,
            Set.of(region),
            new AwsConnectionSpec.Credentials(new LocalReference(name + "-keys"), null),
            stack.proxy.endpoint().toString()));
    stack.client.resource(connection).forceConflicts().serverSideApply();
    environment(name, name, "1h", approval, EnvironmentSpec.DriftPolicy.ACCEPT, modules);
    return other;
  }

  /** An environment with a database of its own on the stack's PostgreSQL. */
  void environment(String name, EnvironmentSpec.Approval approval, String... modules) {
    environmentSyncing(name, "1h", approval, modules);
  }

  void environmentSyncing(
      String name, String interval, EnvironmentSpec.Approval approval, String... modules) {
    environment(name, interval, approval, EnvironmentSpec.DriftPolicy.ACCEPT, modules);
  }

  void environment(
      String name,
      String interval,
      EnvironmentSpec.Approval approval,
      EnvironmentSpec.DriftPolicy drift,
      String... modules) {
    environment(name, CONNECTION, interval, approval, drift, modules);
  }

  private void environment(
      String name,
      String connection,
      String interval,
      EnvironmentSpec.Approval approval,
      EnvironmentSpec.DriftPolicy drift,
      String... modules) {
    String database = databases.computeIfAbsent(name, n -> stack.postgres.newDatabase());
    secret(
        name + "-database",
        Map.of(
            "host", stack.postgres.host(),
            "port", Integer.toString(stack.postgres.port()),
            "database", database,
            "username", stack.postgres.user(),
            "password", stack.postgres.password(),
            "sslmode", "disable"));
    Environment environment = new Environment();
    environment.setMetadata(
        new ObjectMetaBuilder().withNamespace(namespace).withName(name).withLabels(labels).build());
    environment.setSpec(
        new EnvironmentSpec(
            new LocalReference(connection),
            Set.of(modules),
            new EnvironmentSpec.Database(
                null,
                new EnvironmentSpec.External(new LocalReference(name + "-database")),
                null,
                List.of()),
            approval,
            new EnvironmentSpec.Sync(interval),
            drift,
            null,
            null,
            null,
            null,
            null));
    stack.client.resource(environment).forceConflicts().serverSideApply();
  }

  /** A transaction for environment {@code env}. */
  SqlTransaction transaction(String name, String sql) {
    return transaction("env", name, sql, SqlTransactionSpec.OnFailure.ROLLBACK);
  }

  SqlTransaction transaction(
      String environment, String name, String sql, SqlTransactionSpec.OnFailure onFailure) {
    SqlTransaction transaction = new SqlTransaction();
    transaction.setMetadata(
        new ObjectMetaBuilder().withNamespace(namespace).withName(name).withLabels(labels).build());
    transaction.setSpec(
        new SqlTransactionSpec(
            new LocalReference(environment), null, sql, null, null, null, onFailure));
    return stack.client.resource(transaction).create();
  }

  /**
   * A transaction for environment {@code env}.
   *
   * @param spec the rest of its spec as YAML
   */
  SqlTransaction transactionOf(String name, String spec) {
    return transactionOf("env", name, spec);
  }

  SqlTransaction transactionOf(String environment, String name, String spec) {
    SqlTransaction transaction = new SqlTransaction();
    transaction.setMetadata(
        new ObjectMetaBuilder().withNamespace(namespace).withName(name).withLabels(labels).build());
    transaction.setSpec(
        Serialization.unmarshal(
            "environmentRef: {name: " + environment + "}\n" + spec, SqlTransactionSpec.class));
    return stack.client.resource(transaction).create();
  }

  void patch(Class<? extends HasMetadata> type, String name, String json) {
    stack
        .client
        .resources(type)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  void approve(String transaction, String plan) {
    patch(SqlTransaction.class, transaction, "{\"spec\":{\"approvePlan\":\"" + plan + "\"}}");
  }

  /** Waits for the plan and approves it as it is. */
  String approve(String transaction) {
    String plan = await(transaction, Phase.AWAITING_APPROVAL).plan().id();
    approve(transaction, plan);
    return plan;
  }

  /** Applies a transaction, approves its plan, and waits until it is committed. */
  void commit(String name, String sql) {
    transaction(name, sql);
    approve(name);
    await(name, Phase.COMMITTED);
  }

  /** Applies a transaction to an environment that approves it itself, and waits for its end. */
  void automatic(String name, String sql) {
    transaction(name, sql);
    await(name, Phase.COMMITTED);
  }

  void requestSync(String environment, String at) {
    patch(
        Environment.class,
        environment,
        "{\"metadata\":{\"annotations\":{\""
            + Environment.SYNC_REQUESTED_AT
            + "\":\""
            + at
            + "\"}}}");
  }

  void delete(Class<? extends HasMetadata> type, String name) {
    stack.client.resources(type).inNamespace(namespace).withName(name).delete();
  }

  // What the cluster says ------------------------------------------------------------------------

  <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
    return Optional.ofNullable(
        stack.client.resources(type).inNamespace(namespace).withName(name).get());
  }

  SqlTransactionStatus status(String transaction) {
    return find(SqlTransaction.class, transaction).map(SqlTransaction::getStatus).orElseThrow();
  }

  SqlTransactionStatus await(String transaction, Phase phase) {
    return await(transaction, "be " + phase, s -> s.phase() == phase);
  }

  SqlTransactionStatus await(
      String transaction, String what, Predicate<SqlTransactionStatus> wanted) {
    AtomicReference<SqlTransactionStatus> last = new AtomicReference<>();
    Awaitility.await("transaction " + transaction + " to " + what)
        .atMost(LIMIT)
        .pollInterval(POLL)
        .untilAsserted(
            () -> {
              last.set(find(SqlTransaction.class, transaction).orElseThrow().getStatus());
              assertThat(last.get()).isNotNull().matches(wanted, what);
            });
    Kstatus.check(last.get());
    return last.get();
  }

  <T extends HasMetadata> T await(Class<T> type, String name, String what, Predicate<T> wanted) {
    AtomicReference<T> last = new AtomicReference<>();
    Awaitility.await(type.getSimpleName() + " " + name + " to " + what)
        .atMost(LIMIT)
        .pollInterval(POLL)
        .untilAsserted(
            () -> {
              last.set(find(type, name).orElseThrow());
              assertThat(last.get()).matches(wanted, what);
            });
    return last.get();
  }

  <T extends HasMetadata> void awaitGone(Class<T> type, String name) {
    Awaitility.await(type.getSimpleName() + " " + name + " to be gone")
        .atMost(LIMIT)
        .pollInterval(POLL)
        .until(() -> find(type, name).isEmpty());
  }

  Environment awaitReady(String environment) {
    return await(
        Environment.class,
        environment,
        "be ready",
        e -> condition(e, "Ready").map(Condition::isTrue).orElse(false));
  }

  static Optional<Condition> condition(Environment environment, String type) {
    return environment.getStatus() == null
        ? Optional.empty()
        : Kstatus.find(environment.getStatus().conditions(), type);
  }

  static Optional<Condition> condition(AwsConnection connection, String type) {
    return connection.getStatus() == null
        ? Optional.empty()
        : Kstatus.find(connection.getStatus().conditions(), type);
  }

  /** {@code Warning PlanSuperseded}, and so on. */
  List<String> events(String about) {
    return stack.client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(e -> e.getInvolvedObject().getName().equals(about))
        .sorted((a, b) -> a.getFirstTimestamp().compareTo(b.getFirstTimestamp()))
        .map((Event e) -> e.getType() + " " + e.getReason())
        .toList();
  }

  // What the rows say ----------------------------------------------------------------------------

  /** Everything that is in the environment's tables, those of the engine included. */
  String dump(String environment) {
    StringBuilder all = new StringBuilder();
    for (String table :
        rows(
            environment,
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                + " WHERE schemaname IN ('public', 'iasql')")) {
      rows(environment, "SELECT to_jsonb(t)::text FROM " + table + " t")
          .forEach(row -> all.append(table).append(' ').append(row).append('\n'));
    }
    return all.toString();
  }

  /** Each row's columns, joined by a bar. */
  List<String> rows(String sql) {
    return rows("env", sql);
  }

  List<String> rows(String environment, String sql) {
    try (Connection connection =
            stack.postgres.dataSource(databases.get(environment)).getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(result.getString(i)));
        }
        rows.add(String.join("|", row));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  // What AWS says, asked past the proxy ----------------------------------------------------------

  SqsClient sqs() {
    return client(SqsClient.builder());
  }

  Ec2Client ec2() {
    return client(Ec2Client.builder());
  }

  S3Client s3() {
    return client(S3Client.builder().forcePathStyle(true));
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder) {
    return client(builder, account, REGION);
  }

  S3Client s3(AwsPeer.Account of, String region) {
    return client(S3Client.builder().forcePathStyle(true), of, region);
  }

  Ec2Client ec2(AwsPeer.Account of, String region) {
    return client(Ec2Client.builder(), of, region);
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, AwsPeer.Account of, String region) {
    return builder
        .endpointOverride(stack.aws.endpoint())
        .region(Region.of(region))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(of.accessKeyId(), of.secretAccessKey())))
        .httpClientBuilder(ApacheHttpClient.builder())
        .build();
  }

  /** {@code name|visibility timeout|url} of each queue, as the rows have them. */
  List<String> queues() {
    return AwsQueues.of(stack.aws, account, REGION);
  }

  /** The names of all queues. */
  List<String> queueNames() {
    return queues().stream().map(q -> q.substring(0, q.indexOf('|'))).toList();
  }

  List<String> queueRows() {
    return rows("SELECT name, visibility_timeout, url FROM queue").stream().sorted().toList();
  }
}
