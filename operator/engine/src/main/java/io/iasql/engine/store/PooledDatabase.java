package io.iasql.engine.store;

import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.DataSourceConnectionFactory;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An environment's PostgreSQL by two pools of connections. Nothing is connected before it is used,
 * idle connections are closed after a minute and all pools share one timer thread, so that a
 * thousand environments at rest cost next to nothing.
 */
public final class PooledDatabase implements EnvironmentDatabase, AutoCloseable {
  private static final int MAX_CONNECTIONS = 8;
  private static final int MAX_IDLE_SESSIONS = 2;
  private static final Duration MAX_IDLE = Duration.ofMinutes(1);
  private static final Duration MAX_WAIT = Duration.ofSeconds(30);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final Login login;
  private final GenericObjectPool<PoolableConnection> connections;
  private final GenericObjectPool<PoolableConnection> sessions;

  /** Pools the connections of a source, which is this one's from now on. */
  public PooledDatabase(PGSimpleDataSource source) {
    this.login = Login.of(source);
    // The driver's settings come with the connection instead of by SET, which the end of a session
    // takes back.
    source.setAssumeMinServerVersion("9.0");
    source.setConnectTimeout((int) CONNECT.toSeconds());
    source.setTcpKeepAlive(true);
    this.connections = pool(source, MAX_CONNECTIONS, MAX_CONNECTIONS);
    // No limit: a commit needs another one while it holds the one with its lock.
    this.sessions = pool(source, -1, MAX_IDLE_SESSIONS);
  }

  /** Not a BasicDataSource, which connects once when it is made and throws that away. */
  private static GenericObjectPool<PoolableConnection> pool(
      PGSimpleDataSource source, int max, int maxIdle) {
    GenericObjectPoolConfig<PoolableConnection> config = new GenericObjectPoolConfig<>();
    config.setMaxTotal(max);
    config.setMaxIdle(maxIdle);
    config.setMaxWait(MAX_WAIT);
    config.setTestOnBorrow(true);
    config.setMinEvictableIdleDuration(MAX_IDLE);
    config.setTimeBetweenEvictionRuns(MAX_IDLE);
    config.setJmxEnabled(false);
    PoolableConnectionFactory factory =
        new PoolableConnectionFactory(new DataSourceConnectionFactory(source), null);
    GenericObjectPool<PoolableConnection> pool = new GenericObjectPool<>(factory, config);
    factory.setPool(pool);
    return pool;
  }

  @Override
  public Login login() {
    return login;
  }

  @Override
  public DataSource pool() {
    return new PoolingDataSource<>(connections);
  }

  @Override
  public DataSource sessions() {
    return new PoolingDataSource<>(sessions);
  }

  /** Closes the connections; those in use close when they are given back. */
  @Override
  public void close() {
    connections.close();
    sessions.close();
  }
}
