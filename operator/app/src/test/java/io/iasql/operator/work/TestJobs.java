package io.iasql.operator.work;

/** Jobs on a few workers. */
public final class TestJobs extends Jobs implements AutoCloseable {
  public TestJobs() {
    super(2);
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
