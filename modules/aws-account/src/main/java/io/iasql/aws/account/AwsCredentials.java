package io.iasql.aws.account;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import java.util.Optional;
import java.util.stream.Stream;

/** One row for an access key, none for a role. */
final class AwsCredentials implements CloudResource<AwsCredential> {
  @Override
  public Class<AwsCredential> type() {
    return AwsCredential.class;
  }

  @Override
  public Stream<AwsCredential> list(AwsScope scope) {
    return scope.accessKeyHint().stream()
        .map(hint -> new AwsCredential(hint, AwsCredential.MASK, null));
  }

  @Override
  public Optional<AwsCredential> read(AwsScope scope, AwsCredential wanted) {
    return list(scope).filter(c -> c.accessKeyId().equals(wanted.accessKeyId())).findFirst();
  }
}
