package io.iasql.engine;

import io.iasql.engine.fake.Power;
import io.iasql.engine.store.EnvironmentDatabase;
import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.ds.common.BaseDataSource;

/** PostgreSQL as a process sees it that may die before or after each of its commits. */
final class FragileDatabase implements EnvironmentDatabase, DataSource {
  private final DataSource real;
  private final DataSource sessions;
  private final Power power;

  FragileDatabase(DataSource real, DataSource sessions, Power power) {
    this.real = real;
    this.sessions = sessions;
    this.power = power;
  }

  @Override
  public Login login() {
    try {
      return Login.of(sessions.unwrap(BaseDataSource.class));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public DataSource pool() {
    return this;
  }

  @Override
  public Connection openSession() throws SQLException {
    return guarded(sessions);
  }

  @Override
  public Connection getConnection() throws SQLException {
    return guarded(real);
  }

  private Connection guarded(DataSource source) throws SQLException {
    guard(power::check);
    Connection connection = source.getConnection();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            new Guard(connection, power));
  }

  private static void guard(Runnable point) throws SQLException {
    try {
      point.run();
    } catch (Power.Crash e) {
      throw new SQLException("the connection is broken", "08006", e);
    }
  }

  private record Guard(Connection real, Power power) implements InvocationHandler {
    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      boolean ends = method.getName().equals("close") || method.getName().equals("isClosed");
      boolean commit = method.getName().equals("commit");
      if (commit) {
        guard(() -> power.point("before a commit of rows"));
      } else if (!ends) {
        guard(power::check);
      }
      Object result;
      try {
        result = method.invoke(real, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
      if (commit) {
        guard(() -> power.point("after a commit of rows"));
      }
      return result;
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return real.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    real.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    real.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return real.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return real.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return real.isWrapperFor(type);
  }
}
