package io.iasql.operator.work;

import jakarta.enterprise.inject.Vetoed;

/** Jobs on a few workers. */
@Vetoed // A scope is inherited: it would be a second bean of its type.
public final class TestJobs extends Jobs implements AutoCloseable {
  public TestJobs() {
    super(2);
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
