package io.iasql.benchmarks;

import io.iasql.peers.AwsPeer;
import io.iasql.peers.Narrator;
import io.iasql.peers.PostgresPeer;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints a table of ratios. Both sides run in turn in one process against one emulator, after a
 * warm-up, several rounds each; the median round counts.
 *
 * <p>Arguments: the number of queues in the large account (default 10,000). SQS carries the large
 * counts because the emulator is fast with it.
 */
public final class Benchmarks {
  private static final int ROUNDS = 5;
  private static final int SMALL = 100;
  private static final int COMMITTED = 1_000;

  private final List<String> table = new ArrayList<>();
  private final PostgresPeer postgres = PostgresPeer.startDurable(Narrator.toStandardError());
  private final AwsPeer aws = AwsPeer.shared();

  private Benchmarks() {}

  public static void main(String[] args) throws Exception {
    int large = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    Benchmarks benchmarks = new Benchmarks();
    benchmarks.run(large);
    System.out.println();
    System.out.println("AWS: " + benchmarks.aws.provider());
    System.out.println("PostgreSQL: " + benchmarks.durability());
    System.out.println("| what | engine | bare SDK | ratio | difference |");
    System.out.println("| --- | --- | --- | --- | --- |");
    benchmarks.table.forEach(System.out::println);
    System.exit(0);
  }

  /** What PostgreSQL waits for at a commit: ratios of commits mean little without it. */
  private String durability() throws SQLException {
    try (Connection connection = postgres.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name) FROM pg_settings"
                    + " WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')")) {
      result.next();
      return result.getString(1);
    }
  }

  private void run(int large) throws Exception {
    calls();
    commits();
    plansAndImport(SMALL);
    plansAndImport(large);
  }

  private void plansAndImport(int queues) throws Exception {
    try (Subject subject = new Subject(postgres, aws, aws.newAccount());
        BareSdk sdk = new BareSdk(subject.account())) {
      progress("an account of " + queues + " queues");
      sdk.create(names("q", queues));
      sdk.list();
      subject.engine().sync(Set.of("aws_regions"));
      long peakBefore = resetPeak();
      long engine = time(() -> subject.engine().sync(Set.of()));
      long peak = peak() - peakBefore;
      long bare = time(sdk::list);
      row("import of " + queues + " queues", engine, bare);
      table.add(
          "| heap above the start while importing %d | %d MiB | | | |"
              .formatted(queues, Math.max(0, peak) >> 20));
      row(
          "sync with nothing changed, " + queues,
          median(() -> subject.engine().sync(Set.of())),
          median(sdk::list));
      plan(subject, sdk, queues);
    }
  }

  private void plan(Subject subject, BareSdk sdk, int queues) throws Exception {
    List<String> touched = names("q", 7);
    List<String> fresh = names("new", 3);
    String sql =
        "UPDATE queue SET visibility_timeout = 45 WHERE name IN ("
            + quoted(touched.subList(0, 5))
            + "); DELETE FROM queue WHERE name IN ("
            + quoted(touched.subList(5, 7))
            + "); INSERT INTO queue (name) SELECT unnest(ARRAY["
            + quoted(fresh)
            + "])";
    List<String> all = new ArrayList<>(touched);
    all.addAll(fresh);
    subject.engine().plan("warm-up", sql);
    sdk.read(all);
    row(
        "plan of 10 rows, account of " + queues,
        median(() -> subject.engine().plan("plan", sql)),
        median(() -> sdk.read(all)));
  }

  private void commits() throws Exception {
    try (Subject subject = new Subject(postgres, aws, aws.newAccount());
        BareSdk sdk = new BareSdk(subject.account())) {
      subject.engine().sync(Set.of("aws_regions"));
      progress("commits");
      String warmUp = insert("warm", SMALL);
      subject.engine().plan("warm-up", warmUp);
      subject.commit("warm-up", warmUp);
      sdk.create(names("bare-warm", SMALL));
      List<Long> plans = new ArrayList<>();
      List<Long> commits = new ArrayList<>();
      List<Long> bare = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        String id = "commit-" + round;
        String sql = insert(id, COMMITTED);
        plans.add(time(() -> subject.engine().plan(id, sql)));
        commits.add(time(() -> subject.commit(id, sql)));
        List<String> names = names("bare-" + round, COMMITTED);
        bare.add(time(() -> sdk.create(names)));
      }
      row("commit of 1,000 new queues, from submission to end", median(commits), median(bare));
      table.add("| plan of 1,000 new queues | %d ms | | | |".formatted(median(plans)));
    }
  }

  /**
   * What the way from psql to the engine and back takes, by a function with nothing to do there.
   */
  private void calls() throws Exception {
    try (Subject subject = new Subject(postgres, aws, aws.newAccount());
        Connection psql = subject.session();
        Statement statement = psql.createStatement()) {
      subject.engine().openToPeople(true, Set.of("aws_sqs"));
      String call = "SELECT * FROM iasql_modules_list()";
      for (int i = 0; i < SMALL; i++) {
        statement.execute(call);
      }
      List<Long> calls = new ArrayList<>();
      for (int i = 0; i < SMALL; i++) {
        calls.add(time(() -> statement.execute(call)));
      }
      table.add("| a call from psql, there and back | %d ms | | | |".formatted(median(calls)));
    }
  }

  private static String insert(String prefix, int count) {
    return "INSERT INTO queue (name, visibility_timeout) SELECT '"
        + prefix
        + "-' || n, 31 FROM generate_series(1, "
        + count
        + ") n";
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(n -> prefix + "-" + n).toList();
  }

  private static String quoted(List<String> names) {
    return names.stream().map(n -> "'" + n + "'").collect(Collectors.joining(", "));
  }

  private interface Work {
    void run() throws Exception;
  }

  private static long time(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static long median(Work work) throws Exception {
    List<Long> times = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      times.add(time(work));
    }
    return median(times);
  }

  private static long median(List<Long> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private void row(String what, long engine, long bare) {
    table.add(
        String.format(
            Locale.ROOT,
            "| %s | %d ms | %d ms | %.2f | %d ms |",
            what,
            engine,
            bare,
            (double) engine / Math.max(1, bare),
            engine - bare));
    progress(table.get(table.size() - 1));
  }

  private static void progress(String text) {
    System.out.println(text);
  }

  private static List<MemoryPoolMXBean> heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(p -> p.getType() == MemoryType.HEAP)
        .toList();
  }

  private static long resetPeak() {
    System.gc();
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    return peak();
  }

  private static long peak() {
    return heap().stream().mapToLong(p -> p.getPeakUsage().getUsed()).sum();
  }
}
