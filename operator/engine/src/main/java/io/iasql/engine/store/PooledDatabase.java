package io.iasql.operator.environment;

import io.iasql.engine.store.EnvironmentDatabase;
import io.iasql.operator.database.DatabaseEndpoint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;

/**
 * An environment's PostgreSQL. Idle connections are closed after a minute and the pools share one
 * timer thread, so that a thousand environments at rest cost next to nothing.
 */
final class PooledDatabase implements EnvironmentDatabase, AutoCloseable {
  private static final int MAX_CONNECTIONS = 8;
  private static final int MAX_IDLE_SESSIONS = 2;
  private static final Duration MAX_IDLE = Duration.ofMinutes(1);
  private static final Duration MAX_WAIT = Duration.ofSeconds(30);

  private final DatabaseEndpoint endpoint;
  private final BasicDataSource pool;
  private final BasicDataSource sessions;

  PooledDatabase(DatabaseEndpoint endpoint) {
    this.endpoint = endpoint;
    Properties properties = new Properties();
    properties.putAll(endpoint.jdbcProperties());
    properties.setProperty("ApplicationName", "iasql-operator");
    // The name comes with the connection instead of by SET, which the end of a session takes back.
    properties.setProperty("assumeMinServerVersion", "9.0");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    this.pool = connections(endpoint, properties);
    pool.setMaxTotal(MAX_CONNECTIONS);
    pool.setMaxIdle(MAX_CONNECTIONS);
    pool.setMaxWait(MAX_WAIT);
    this.sessions = connections(endpoint, properties);
    // No limit: a commit needs another one while it holds the one with its lock.
    sessions.setMaxTotal(-1);
    sessions.setMaxIdle(MAX_IDLE_SESSIONS);
  }

  private static BasicDataSource connections(DatabaseEndpoint endpoint, Properties properties) {
    BasicDataSource pool = new BasicDataSource();
    pool.setDriverClassName("org.postgresql.Driver");
    pool.setUrl(endpoint.jdbcUrl());
    properties.forEach((name, value) -> pool.addConnectionProperty((String) name, (String) value));
    pool.setMinIdle(0);
    pool.setTestOnBorrow(true);
    pool.setMinEvictableIdle(MAX_IDLE);
    pool.setDurationBetweenEvictionRuns(MAX_IDLE);
    pool.setRegisterConnectionMBean(false);
    return pool;
  }

  DatabaseEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public Login login() {
    return new Login(
        endpoint.host(),
        endpoint.port(),
        endpoint.database(),
        endpoint.user(),
        endpoint.password());
  }

  @Override
  public DataSource pool() {
    return pool;
  }

  @Override
  public DataSource sessions() {
    return sessions;
  }

  @Override
  public void close() throws SQLException {
    try (sessions) {
      pool.close();
    }
  }
}
