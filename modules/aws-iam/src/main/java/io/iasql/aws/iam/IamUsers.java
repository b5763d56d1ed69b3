package io.iasql.aws.iam;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.User;

/** Users with their path and managed policies. */
final class IamUsers implements ManagedResource<IamUser> {
  private static final Pattern PATH = Pattern.compile("/|/[\\x21-\\x7e]+/");
  private static final int LONGEST_PATH = 512;
  private static final Duration KEYS_VANISH = Duration.ofSeconds(10);

  @Override
  public Class<IamUser> type() {
    return IamUser.class;
  }

  /** {@code GetAccountAuthorizationDetails} gives users and policies in one paged list. */
  @Override
  public Stream<IamUser> list(AwsScope scope) {
    return scope
        .client(IamClient.class)
        .getAccountAuthorizationDetailsPaginator(r -> r.filter(EntityType.USER))
        .stream()
        .flatMap(page -> page.userDetailList().stream())
        .map(
            u ->
                new IamUser(
                    u.arn(),
                    u.userName(),
                    u.createDate(),
                    u.path(),
                    u.userId(),
                    arns(u.attachedManagedPolicies())));
  }

  @Override
  public Optional<IamUser> read(AwsScope scope, IamUser wanted) {
    String name = wanted.userName();
    if (name == null) {
      return Optional.empty();
    }
    IamClient iam = scope.client(IamClient.class);
    return Iam.present(() -> iam.getUser(r -> r.userName(name)).user())
        .flatMap(user -> attached(iam, name).map(arns -> row(user, arns)));
  }

  private static Optional<List<String>> attached(IamClient iam, String user) {
    return Iam.present(
        () ->
            arns(
                iam
                    .listAttachedUserPoliciesPaginator(r -> r.userName(user))
                    .attachedPolicies()
                    .stream()
                    .toList()));
  }

  private static List<String> arns(List<AttachedPolicy> policies) {
    return policies.stream().map(AttachedPolicy::policyArn).sorted().toList();
  }

  private static IamUser row(User user, List<String> policies) {
    return new IamUser(
        user.arn(), user.userName(), user.createDate(), user.path(), user.userId(), policies);
  }

  private static String path(IamUser user) {
    return Objects.requireNonNullElse(user.path(), "/");
  }

  @Override
  public IamUser create(AwsScope scope, IamUser desired, IdempotencyToken token) {
    IamClient iam = scope.client(IamClient.class);
    String name = desired.userName();
    Instant calledAt = Instant.now();
    try {
      iam.createUser(r -> r.userName(name).path(path(desired)));
    } catch (EntityAlreadyExistsException e) {
      if (!Iam.madeByRepeatedCall(
          e, calledAt, () -> iam.getUser(r -> r.userName(name)).user().createDate())) {
        throw e;
      }
    }
    return Iam.orUndo(
        scope,
        () -> {
          Polling.until(
              "user " + name + " to be readable", Iam.PROPAGATION, () -> read(scope, desired));
          attach(iam, name, Iam.difference(desired.attachedPoliciesArns(), List.of()));
          return settled(scope, desired);
        },
        () -> delete(scope, desired));
  }

  @Override
  public IamUser update(AwsScope scope, IamUser current, IamUser desired) {
    IamClient iam = scope.client(IamClient.class);
    String name = current.userName();
    if (!path(current).equals(path(desired))) {
      Iam.settle(
          "user " + name + " to move to " + path(desired),
          () -> iam.updateUser(r -> r.userName(name).newPath(path(desired))));
    }
    detach(
        iam, name, Iam.difference(current.attachedPoliciesArns(), desired.attachedPoliciesArns()));
    attach(
        iam, name, Iam.difference(desired.attachedPoliciesArns(), current.attachedPoliciesArns()));
    return settled(scope, desired);
  }

  private IamUser settled(AwsScope scope, IamUser desired) {
    return Polling.until(
        "user " + desired.userName() + " to show its new settings",
        Iam.PROPAGATION,
        () ->
            read(scope, desired)
                .filter(
                    seen ->
                        path(seen).equals(path(desired))
                            && Iam.sameSet(
                                seen.attachedPoliciesArns(), desired.attachedPoliciesArns())));
  }

  private static void attach(IamClient iam, String user, List<String> arns) {
    arns.forEach(arn -> iam.attachUserPolicy(r -> r.userName(user).policyArn(arn)));
  }

  private static void detach(IamClient iam, String user, List<String> arns) {
    arns.forEach(
        arn ->
            Iam.remove(
                "policy " + arn + " to leave user " + user,
                () -> iam.detachUserPolicy(r -> r.userName(user).policyArn(arn))));
  }

  /**
   * Password, inline policies and memberships go with the user. Access keys are rows of their own;
   * MFA devices, certificates, SSH keys and credentials of services are proofs of identity that IAM
   * wants removed knowingly (DeleteUser): while there are any, nothing is taken away.
   */
  @Override
  public void delete(AwsScope scope, IamUser current) {
    IamClient iam = scope.client(IamClient.class);
    String name = current.userName();
    Optional<List<String>> policies = attached(iam, name);
    if (policies.isEmpty()) {
      return;
    }
    awaitNoKeys(iam, name);
    requireNoProofs(iam, name);
    Passwords.remove(iam, name);
    detach(iam, name, policies.get());
    Iam.present(
            () ->
                iam.listUserPoliciesPaginator(r -> r.userName(name)).policyNames().stream()
                    .toList())
        .orElse(List.of())
        .forEach(
            inline ->
                Iam.remove(
                    "inline policy " + inline + " to leave user " + name,
                    () -> iam.deleteUserPolicy(r -> r.userName(name).policyName(inline))));
    Iam.present(
            () ->
                iam.listGroupsForUserPaginator(r -> r.userName(name)).groups().stream()
                    .map(Group::groupName)
                    .toList())
        .orElse(List.of())
        .forEach(
            group ->
                Iam.remove(
                    "user " + name + " to leave group " + group,
                    () -> iam.removeUserFromGroup(r -> r.userName(name).groupName(group))));
    Iam.remove("user " + name + " to be deleted", () -> iam.deleteUser(r -> r.userName(name)));
    Polling.until(
        "user " + name + " to be gone",
        Iam.PROPAGATION,
        () -> read(scope, current).isPresent() ? Optional.empty() : Optional.of(true));
  }

  /** Before anything is taken away: IAM would refuse the deletion at its very end only. */
  private static void awaitNoKeys(IamClient iam, String user) {
    Instant deadline = Instant.now().plus(KEYS_VANISH);
    Polling.until(
        "the access keys of user " + user + " to be gone",
        Iam.PROPAGATION,
        () -> {
          List<AccessKey> keys = AccessKeys.ofUser(iam, user).orElse(List.of());
          if (keys.isEmpty()) {
            return Optional.of(true);
          }
          if (Instant.now().isAfter(deadline)) {
            throw refusal(
                "user %s has access key %s: delete it from access_key first"
                    .formatted(user, keys.get(0).accessKeyId()));
          }
          return Optional.empty();
        });
  }

  private static void requireNoProofs(IamClient iam, String user) {
    List<String> proofs = Iam.present(() -> proofs(iam, user)).orElse(List.of());
    if (!proofs.isEmpty()) {
      throw refusal(
          "user %s has %s: remove them at AWS first".formatted(user, String.join(", ", proofs)));
    }
  }

  private static List<String> proofs(IamClient iam, String user) {
    List<String> proofs = new ArrayList<>();
    iam.listMFADevicesPaginator(r -> r.userName(user)).mfaDevices().stream()
        .forEach(device -> proofs.add("MFA device " + device.serialNumber()));
    iam.listSSHPublicKeysPaginator(r -> r.userName(user)).sshPublicKeys().stream()
        .forEach(key -> proofs.add("SSH key " + key.sshPublicKeyId()));
    iam.listSigningCertificatesPaginator(r -> r.userName(user)).certificates().stream()
        .forEach(certificate -> proofs.add("certificate " + certificate.certificateId()));
    iam.listServiceSpecificCredentials(r -> r.userName(user))
        .serviceSpecificCredentials()
        .forEach(
            one ->
                proofs.add(
                    "credential "
                        + one.serviceSpecificCredentialId()
                        + " of "
                        + one.serviceName()));
    return proofs;
  }

  private static CloudException refusal(String message) {
    return new CloudException(new CloudFailure(Kind.CONFLICT, "DeleteConflict", message, ""), null);
  }

  @Override
  public List<Problem> validate(IamUser desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    Iam.checkName("user_name", desired.userName(), problems);
    if (!PATH.matcher(path(desired)).matches() || path(desired).length() > LONGEST_PATH) {
      problems.add(
          new Problem(
              "path",
              "The path of a user is / or begins and ends with a slash, such as /team/, without"
                  + " spaces, and has at most 512 characters."));
    }
    Iam.checkPolicies(desired.attachedPoliciesArns(), problems);
    return problems;
  }
}
