package io.iasql.engine.guard;

import io.iasql.engine.store.Catalog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Finds guards that cannot hold as they are written. */
public final class GuardCheck {
  private GuardCheck() {}

  /** A sentence for each guard that cannot hold, and what it is not good for. */
  public static List<String> problems(Handle handle, Guards guards) {
    Catalog catalog = Catalog.read(handle);
    Set<String> writeOnly =
        new HashSet<>(
            handle
                .createQuery("SELECT table_name || '.' || column_name FROM iasql.write_only")
                .mapTo(String.class)
                .list());
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < guards.protect().size(); i++) {
      ProtectRule rule = guards.protect().get(i);
      String place = "spec.protect[" + i + "] protects nothing: ";
      rule.problem(catalog, column -> writeOnly.contains(rule.table() + "." + column))
          .ifPresent(problem -> problems.add(place + problem));
    }
    windows("plan", guards.windows().plan(), problems);
    windows("commit", guards.windows().commit(), problems);
    AssertionRun run = new AssertionRun(handle);
    for (Assertion one : guards.assertions()) {
      run.check(one)
          .error()
          .ifPresent(
              error ->
                  problems.add(
                      "assertion "
                          + one.name()
                          + " cannot be checked, and no plan is made until it can: "
                          + error));
    }
    return problems;
  }

  private static void windows(String name, Schedule schedule, List<String> problems) {
    for (int i = 0; i < schedule.windows().size(); i++) {
      String place = "spec.windows." + name + "[" + i + "] never opens: ";
      schedule.windows().get(i).problem().ifPresent(problem -> problems.add(place + problem));
    }
  }
}
