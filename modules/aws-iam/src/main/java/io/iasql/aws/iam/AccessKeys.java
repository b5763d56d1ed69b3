package io.iasql.aws.iam;

import io.iasql.aws.account.Details;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Deletes;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.User;

/** Access keys: made by {@link AccessKeyRequest} alone, as a row cannot hand out a secret. */
final class AccessKeys implements Updates<AccessKey>, Deletes<AccessKey> {
  private static final Set<String> STATUS = Set.of("Active", "Inactive");

  @Override
  public Class<AccessKey> type() {
    return AccessKey.class;
  }

  @Override
  public Stream<AccessKey> list(AwsScope scope) {
    IamClient iam = scope.client(IamClient.class);
    Stream<String> users = iam.listUsersPaginator().users().stream().map(User::userName);
    return Details.of(users, user -> ofUser(iam, user)).flatMap(List::stream);
  }

  @Override
  public Optional<AccessKey> read(AwsScope scope, AccessKey wanted) {
    String id = wanted.accessKeyId();
    if (id == null || wanted.user() == null || wanted.user().userName() == null) {
      return Optional.empty();
    }
    return ofUser(scope.client(IamClient.class), wanted.user().userName())
        .flatMap(keys -> keys.stream().filter(k -> k.accessKeyId().equals(id)).findFirst());
  }

  /** The keys of a user, or empty when there is no such user. */
  static Optional<List<AccessKey>> ofUser(IamClient iam, String user) {
    return Iam.present(
        () ->
            iam.listAccessKeysPaginator(r -> r.userName(user)).accessKeyMetadata().stream()
                .map(AccessKeys::row)
                .toList());
  }

  private static AccessKey row(AccessKeyMetadata key) {
    return new AccessKey(
        key.accessKeyId(), key.createDate(), key.statusAsString(), IamUser.named(key.userName()));
  }

  @Override
  public AccessKey update(AwsScope scope, AccessKey current, AccessKey desired) {
    IamClient iam = scope.client(IamClient.class);
    String id = current.accessKeyId();
    if (!desired.status().equals(current.status())) {
      iam.updateAccessKey(
          r -> r.userName(current.user().userName()).accessKeyId(id).status(desired.status()));
    }
    return Polling.until(
        "access key " + id + " to be " + desired.status(),
        Iam.PROPAGATION,
        () -> read(scope, current).filter(k -> k.status().equals(desired.status())));
  }

  @Override
  public void delete(AwsScope scope, AccessKey current) {
    String id = current.accessKeyId();
    Iam.remove(
        "access key " + id + " to be deleted",
        () ->
            scope
                .client(IamClient.class)
                .deleteAccessKey(r -> r.userName(current.user().userName()).accessKeyId(id)));
    Polling.until(
        "access key " + id + " to be gone",
        Iam.PROPAGATION,
        () -> read(scope, current).isPresent() ? Optional.empty() : Optional.of(true));
  }

  @Override
  public List<Problem> validate(AccessKey desired, PlannedRows planned) {
    return desired.status() != null && STATUS.contains(desired.status())
        ? List.of()
        : List.of(new Problem("status", "The status of an access key is Active or Inactive."));
  }
}
