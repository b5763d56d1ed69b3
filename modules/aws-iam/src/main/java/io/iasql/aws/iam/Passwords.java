package io.iasql.aws.iam;

import java.time.Duration;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;

/** Console passwords: IAM calls them login profiles. */
final class Passwords {
  // A login profile cannot be changed for a while after the last change:
  // EntityTemporarilyUnmodifiable.
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private Passwords() {}

  static void set(IamClient iam, String user, String password, boolean reset) {
    String what = "the password of user " + user + " to be modifiable";
    if (exists(iam, user)) {
      Iam.settle(what, LIMIT, () -> update(iam, user, password, reset));
      return;
    }
    Iam.settle(
        what,
        LIMIT,
        () -> {
          try {
            iam.createLoginProfile(
                r -> r.userName(user).password(password).passwordResetRequired(reset));
          } catch (EntityAlreadyExistsException e) {
            // Made by a call whose answer was lost, or seen too late.
            update(iam, user, password, reset);
          }
        });
  }

  private static void update(IamClient iam, String user, String password, boolean reset) {
    iam.updateLoginProfile(r -> r.userName(user).password(password).passwordResetRequired(reset));
  }

  static void remove(IamClient iam, String user) {
    if (exists(iam, user)) {
      Iam.remove(
          "the password of user " + user + " to be removed",
          LIMIT,
          () -> iam.deleteLoginProfile(r -> r.userName(user)));
    }
  }

  private static boolean exists(IamClient iam, String user) {
    return Iam.present(() -> iam.getLoginProfile(r -> r.userName(user)).loginProfile()).isPresent();
  }
}
