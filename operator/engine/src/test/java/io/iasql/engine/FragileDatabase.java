package io.iasql.engine;

import io.iasql.engine.fake.Power;
import io.iasql.engine.store.EnvironmentDatabase;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;

/** PostgreSQL as a process sees it that may die before or after each of its commits. */
final class FragileDatabase {
  private FragileDatabase() {}

  /** The same database, whose connections break with the process. */
  static EnvironmentDatabase of(EnvironmentDatabase whole, Power power) {
    return EnvironmentDatabase.of(
        whole.login(), fragile(whole.pool(), power), fragile(whole.sessions(), power));
  }

  private static DataSource fragile(DataSource source, Power power) {
    return proxy(
        DataSource.class,
        (proxy, method, arguments) -> {
          if (!method.getName().equals("getConnection")) {
            return call(source, method, arguments);
          }
          guard(power::connect);
          return proxy(
              Connection.class, new Guard((Connection) call(source, method, arguments), power));
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FragileDatabase.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void guard(Runnable point) throws SQLException {
    try {
      point.run();
    } catch (Power.Crash e) {
      throw new SQLException("the connection is broken", "08006", e);
    }
  }

  private record Guard(Connection real, Power power) implements InvocationHandler {
    /** What frees the connection; a process that dies does that, too. */
    private static final Set<String> ENDS = Set.of("abort", "close", "isClosed");

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      boolean commit = method.getName().equals("commit");
      if (commit) {
        guard(() -> power.point("before a commit of rows"));
      } else if (!ENDS.contains(method.getName())) {
        guard(power::check);
      }
      Object result = call(real, method, arguments);
      if (commit) {
        guard(() -> power.point("after a commit of rows"));
      }
      return result;
    }
  }
}
