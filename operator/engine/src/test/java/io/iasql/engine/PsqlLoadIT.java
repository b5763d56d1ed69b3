package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUser.Access;
import io.iasql.engine.login.DatabaseUsers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Many sessions write at once, beside syncs and commits: no row is lost, no deadlock reaches
 * anybody, every write is in the log. {@code -Diasql.load.seconds=120} makes it longer.
 */
class PsqlLoadIT {
  private static final int SESSIONS = 20;
  private static final int SECONDS = Integer.getInteger("iasql.load.seconds", 15);

  /** What one session has written: its statements, and its rows as they should be in the end. */
  private record Written(long statements, List<String> rows) {}

  @Test
  void shouldLoseNothing() throws Exception {
    try (TestEnvironment environment = TestEnvironment.fresh()) {
      environment.engine().prepare(FakeModules.NAMES);
      environment
          .engine()
          .setUsers(List.of(new DatabaseUser("writer", Access.WRITER, "a password")));
      environment.engine().openToPeople(true, FakeModules.NAMES);
      AtomicBoolean over = new AtomicBoolean();
      ExecutorService threads = Executors.newCachedThreadPool();
      try {
        List<Future<Written>> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
          int number = i;
          sessions.add(threads.submit(() -> write(environment, number, over)));
        }
        Future<Integer> syncs = threads.submit(untilOver(over, environment::sync));
        Future<Integer> commits =
            threads.submit(
                untilOver(
                    over,
                    new Callable<>() {
                      private int count;

                      @Override
                      public Object call() {
                        return environment.commitWhateverElseHappens(
                            "INSERT INTO net (cidr) VALUES ('10." + count++ % 250 + ".0.0/16')");
                      }
                    }));
        TimeUnit.SECONDS.sleep(SECONDS);
        over.set(true);
        long statements = 0;
        List<String> expected = new ArrayList<>();
        for (Future<Written> session : sessions) {
          Written one = session.get(60, TimeUnit.SECONDS);
          statements += one.statements();
          expected.addAll(one.rows());
        }
        assertThat(syncs.get(60, TimeUnit.SECONDS)).isPositive();
        assertThat(commits.get(60, TimeUnit.SECONDS)).isPositive();

        Awaitility.await("all that was written to be committed")
            .atMost(Duration.ofMinutes(2))
            .until(() -> environment.query("SELECT '' FROM iasql.pending LIMIT 1").isEmpty());
        Awaitility.await("the queue to be empty")
            .atMost(Duration.ofMinutes(2))
            .until(() -> !environment.engine().isBusy());
        assertThat(statements).isGreaterThan(SESSIONS);
        assertThat(environment.query("SELECT name || ' ' || visibility FROM queue"))
            .containsExactlyInAnyOrderElementsOf(expected);
        environment.assertRowsEqualCloud();
        assertThat(
                environment.value(
                    "SELECT count(*)::text FROM iasql_audit_log WHERE \"user\" LIKE '%.writer'"
                        + " AND table_name = 'queue'"))
            .isEqualTo(Long.toString(statements));
        assertThat(environment.query("SELECT message FROM iasql_get_errors()")).isEmpty();
      } finally {
        over.set(true);
        threads.shutdownNow();
      }
    }
  }

  private static Callable<Integer> untilOver(AtomicBoolean over, Callable<?> work) {
    return () -> {
      int count = 0;
      while (!over.get()) {
        work.call();
        count++;
      }
      return count;
    };
  }

  /** Inserts, changes and deletes rows of its own, each statement a PostgreSQL transaction. */
  private static Written write(TestEnvironment environment, int number, AtomicBoolean over)
      throws SQLException, InterruptedException {
    Random random = new Random(number);
    List<String> names = new ArrayList<>();
    List<Integer> values = new ArrayList<>();
    long statements = 0;
    try (Person person =
        new Person(
            environment.database(), DatabaseUsers.roleName(environment.database(), "writer"))) {
      while (!over.get()) {
        int choice = random.nextInt(4);
        if (names.isEmpty() || (choice == 0 && names.size() < 10)) {
          String name = "q-" + number + "-" + statements;
          int value = random.nextInt(1000);
          person.run("INSERT INTO queue (name, visibility) VALUES ('" + name + "', " + value + ")");
          names.add(name);
          values.add(value);
        } else if (choice == 1) {
          int at = random.nextInt(names.size());
          person.run("DELETE FROM queue WHERE name = '" + names.remove(at) + "'");
          values.remove(at);
        } else {
          int at = random.nextInt(names.size());
          int value = random.nextInt(1000);
          person.run(
              "UPDATE queue SET visibility = " + value + " WHERE name = '" + names.get(at) + "'");
          values.set(at, value);
        }
        statements++;
        TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
      }
    }
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      rows.add(names.get(i) + " " + values.get(i));
    }
    return new Written(statements, rows);
  }
}
