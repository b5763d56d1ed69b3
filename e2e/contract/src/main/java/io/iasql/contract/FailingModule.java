package io.iasql.contract;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Key;
import io.iasql.spi.Reach;
import io.iasql.spi.Table;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A table whose rows can be planned and never be made: a commit with one of them fails. */
final class FailingModule implements CloudModule {
  static final String NAME = "contract_failure";
  static final String SQL = "INSERT INTO contract_failure (name) VALUES ('never')";

  @Table(value = NAME, reach = Reach.GLOBAL)
  record Failure(@Key String name, Boolean ever) {}

  private static final class Failures implements Creates<Failure> {
    @Override
    public Class<Failure> type() {
      return Failure.class;
    }

    @Override
    public Stream<Failure> list(AwsScope scope) {
      return Stream.empty();
    }

    @Override
    public Optional<Failure> read(AwsScope scope, Failure wanted) {
      return Optional.empty();
    }

    @Override
    public Failure create(AwsScope scope, Failure desired, IdempotencyToken token) {
      throw new CloudException(
          new CloudFailure(
              CloudFailure.Kind.INVALID_INPUT, "Never", "injected: cannot be made", ""),
          null);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> dependencies() {
    return Set.of();
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new Failures());
  }

  @Override
  public String schema() {
    return "CREATE TABLE contract_failure (name text PRIMARY KEY, ever boolean)";
  }
}
