package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iasql.crds.Environment;
import io.iasql.operator.database.DatabaseState.Ready;
import io.iasql.operator.database.DatabaseState.Waiting;
import io.iasql.peers.CacheFolder;
import io.iasql.peers.PostgresPeer;
import io.iasql.peers.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class EmbeddedServerIT {
  private final RunFolder run = RunFolder.createInMemory(CacheFolder.ofUser(), "embedded");
  private final Path folder = run.path();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private EmbeddedServer server;

  @BeforeEach
  void unpackOnce() {
    PostgresPeer.shareUnpacked(CacheFolder.ofUser(), folder.resolve("server"));
  }

  @AfterEach
  void stop() throws Exception {
    executor.shutdown();
    server.close();
    // Else whoever uses the library next in this JVM makes the folder anew.
    System.clearProperty("ot.epg.working-dir");
    run.close();
  }

  @Test
  void givesEachEnvironmentADatabaseThatSurvivesRestarts() throws Exception {
    DatabaseProvisioner embedded = newOperator();

    DatabaseState first = embedded.provision(environment("staging"), null);
    assertThat(first).isInstanceOf(Waiting.class);
    DatabaseEndpoint staging = ready(embedded, "staging");
    DatabaseEndpoint prod = ready(embedded, "prod");
    execute(staging, "CREATE TABLE kept (id int)");

    assertThat(staging.database()).isEqualTo("infra.staging");
    assertThat(prod.database()).isEqualTo("infra.prod");
    assertThat(staging.host()).isEqualTo("127.0.0.1");

    server.close();
    assertThatThrownBy(() -> execute(staging, "SELECT 1")).isInstanceOf(SQLException.class);
    DatabaseEndpoint again = ready(newOperator(), "staging");
    execute(again, "SELECT * FROM kept");
  }

  @Test
  void takesOverTheServerOfAnOperatorThatWasKilled() throws Exception {
    DatabaseEndpoint before = ready(newOperator(), "staging");

    DatabaseEndpoint after = ready(newOperator(), "staging");

    assertThat(after).isEqualTo(before);
  }

  @Test
  void startsAnewWhenTheServerDied() throws Exception {
    DatabaseProvisioner embedded = newOperator();
    DatabaseEndpoint before = ready(embedded, "staging");
    execute(before, "CREATE TABLE kept (id int)");
    long pid =
        Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0).strip());

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    await("the server is gone").until(() -> !server.isRunning());

    execute(ready(embedded, "staging"), "SELECT * FROM kept");
  }

  @Test
  void asksForAPassword() throws Exception {
    DatabaseEndpoint endpoint = ready(newOperator(), "staging");

    assertThatThrownBy(() -> endpoint.dataSource().getConnection(endpoint.user(), "guessed"))
        .hasMessageContaining("password authentication failed");
    assertThat(endpoint.toString()).doesNotContain(endpoint.password());
    assertThat(Files.getPosixFilePermissions(folder.resolve("password")))
        .extracting(Enum::name)
        .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
  }

  @Test
  void letsNobodyElseIntoTheDatabasesOfTheServerItself() throws Exception {
    DatabaseEndpoint endpoint = ready(newOperator(), "staging");
    execute(endpoint, "CREATE ROLE visitor LOGIN PASSWORD 'x'");

    for (String database : List.of("postgres", "template1")) {
      PGSimpleDataSource other = endpoint.dataSource();
      other.setDatabaseName(database);
      assertThatThrownBy(() -> other.getConnection("visitor", "x"))
          .hasMessageContaining("permission denied for database \"" + database + "\"");
    }
  }

  private DatabaseProvisioner newOperator() {
    server = new EmbeddedServer(folder, () -> "a-password");
    return new EmbeddedDatabase(server, executor);
  }

  private static DatabaseEndpoint ready(DatabaseProvisioner embedded, String name) {
    DatabaseState state =
        await("database " + name)
            .atMost(Duration.ofMinutes(2))
            .until(() -> embedded.provision(environment(name), null), Ready.class::isInstance);
    return ((Ready) state).endpoint();
  }

  private static Environment environment(String name) {
    Environment environment = new Environment();
    environment.getMetadata().setNamespace("infra");
    environment.getMetadata().setName(name);
    return environment;
  }

  private static void execute(DatabaseEndpoint endpoint, String sql) throws SQLException {
    try (Connection connection = endpoint.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          assertThat(rows.getMetaData().getColumnCount()).isPositive();
        }
      }
    }
  }
}
