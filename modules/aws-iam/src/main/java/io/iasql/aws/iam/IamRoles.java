package io.iasql.aws.iam;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.account.PolicySyntax;
import io.iasql.spi.AwsScope;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.Role;

/** Roles with their trust policy, managed policies and instance profile. */
final class IamRoles implements ManagedResource<IamRole> {
  private static final Pattern DESCRIPTION =
      Pattern.compile("[\\t\\n\\r\\x20-\\x7e\\u00a1-\\u00ff]{0,1000}");
  // The greatest that AWS grants on request: IAM and STS quotas, "Role trust policy length".
  private static final int LARGEST_TRUST = 8_192;

  @Override
  public Class<IamRole> type() {
    return IamRole.class;
  }

  /**
   * Two paged lists instead of two calls per role: only {@code ListRoles} gives the description,
   * only {@code GetAccountAuthorizationDetails} the attached policies.
   */
  @Override
  public Stream<IamRole> list(AwsScope scope) {
    IamClient iam = scope.client(IamClient.class);
    Map<String, List<String>> policies = new HashMap<>();
    iam.getAccountAuthorizationDetailsPaginator(r -> r.filter(EntityType.ROLE)).stream()
        .flatMap(page -> page.roleDetailList().stream())
        .forEach(role -> policies.put(role.roleName(), arns(role.attachedManagedPolicies())));
    return iam.listRolesPaginator().roles().stream()
        .flatMap(
            role ->
                Optional.ofNullable(policies.get(role.roleName()))
                    .or(() -> attached(iam, role.roleName()))
                    .map(arns -> row(role, arns))
                    .stream());
  }

  @Override
  public Optional<IamRole> read(AwsScope scope, IamRole wanted) {
    String name = wanted.roleName();
    if (name == null) {
      return Optional.empty();
    }
    IamClient iam = scope.client(IamClient.class);
    return Iam.present(() -> iam.getRole(r -> r.roleName(name)).role())
        .flatMap(role -> attached(iam, name).map(arns -> row(role, arns)));
  }

  private static Optional<List<String>> attached(IamClient iam, String role) {
    return Iam.present(
        () ->
            arns(
                iam
                    .listAttachedRolePoliciesPaginator(r -> r.roleName(role))
                    .attachedPolicies()
                    .stream()
                    .toList()));
  }

  private static List<String> arns(List<AttachedPolicy> policies) {
    return policies.stream().map(AttachedPolicy::policyArn).sorted().toList();
  }

  private static IamRole row(Role role, List<String> policies) {
    return new IamRole(
        role.arn(),
        role.roleName(),
        TrustPolicies.parse(role.roleName(), role.assumeRolePolicyDocument()),
        emptyToNull(role.description()),
        policies);
  }

  private static String emptyToNull(String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /** Roles that belong to a service, and those of IAM Identity Center: AWS alone changes them. */
  @Override
  public Ownership ownership(IamRole role) {
    String arn = Objects.requireNonNullElse(role.arn(), "");
    return arn.contains(":role/aws-service-role/") || arn.contains(":role/aws-reserved/")
        ? Ownership.PROTECTED
        : Ownership.OWN;
  }

  @Override
  public IamRole create(AwsScope scope, IamRole desired, IdempotencyToken token) {
    IamClient iam = scope.client(IamClient.class);
    String name = desired.roleName();
    Instant calledAt = Instant.now();
    Iam.settle(
        "the principals of role " + name + " to be known",
        () -> {
          try {
            iam.createRole(
                r ->
                    r.roleName(name)
                        .assumeRolePolicyDocument(desired.assumeRolePolicyDocument().toString())
                        .description(emptyToNull(desired.description())));
          } catch (EntityAlreadyExistsException e) {
            if (!Iam.madeByRepeatedCall(
                e, calledAt, () -> iam.getRole(r -> r.roleName(name)).role().createDate())) {
              throw e;
            }
          }
        });
    return Iam.orUndo(scope, () -> complete(scope, desired), () -> delete(scope, desired));
  }

  private IamRole complete(AwsScope scope, IamRole desired) {
    IamClient iam = scope.client(IamClient.class);
    String name = desired.roleName();
    IamRole current =
        Polling.until(
            "role " + name + " to be readable", Iam.PROPAGATION, () -> read(scope, desired));
    attach(
        iam, name, Iam.difference(desired.attachedPoliciesArns(), current.attachedPoliciesArns()));
    if (TrustPolicies.allowEc2(desired.assumeRolePolicyDocument())) {
      InstanceProfiles.ensure(iam, name);
    }
    return settled(scope, null, desired);
  }

  /**
   * What a lost creation left behind. The instance profile is in no column, so its absence would be
   * seen by nobody: it is made up for here.
   */
  @Override
  public Optional<IamRole> find(AwsScope scope, IamRole desired, IdempotencyToken token) {
    Optional<IamRole> found = read(scope, desired);
    if (found.isPresent()
        && TrustPolicies.allowEc2(found.get().assumeRolePolicyDocument())
        && TrustPolicies.allowEc2(desired.assumeRolePolicyDocument())) {
      InstanceProfiles.ensure(scope.client(IamClient.class), desired.roleName());
    }
    return found;
  }

  @Override
  public IamRole update(AwsScope scope, IamRole current, IamRole desired) {
    IamClient iam = scope.client(IamClient.class);
    String name = current.roleName();
    JsonNode trust = desired.assumeRolePolicyDocument();
    boolean ec2Before = TrustPolicies.allowEc2(current.assumeRolePolicyDocument());
    boolean ec2After = TrustPolicies.allowEc2(trust);
    if (!TrustPolicies.same(current.assumeRolePolicyDocument(), trust)) {
      Iam.settle(
          "the principals of role " + name + " to be known",
          () -> iam.updateAssumeRolePolicy(r -> r.roleName(name).policyDocument(trust.toString())));
    }
    if (!Objects.equals(emptyToNull(current.description()), emptyToNull(desired.description()))) {
      // UpdateRole would put the session's length back to one hour.
      iam.updateRoleDescription(
          r -> r.roleName(name).description(Objects.requireNonNullElse(desired.description(), "")));
    }
    detach(
        iam, name, Iam.difference(current.attachedPoliciesArns(), desired.attachedPoliciesArns()));
    attach(
        iam, name, Iam.difference(desired.attachedPoliciesArns(), current.attachedPoliciesArns()));
    if (ec2After && !ec2Before) {
      InstanceProfiles.ensure(iam, name);
    } else if (ec2Before && !ec2After) {
      InstanceProfiles.drop(iam, name);
    }
    return settled(scope, current, desired);
  }

  /**
   * The role once a read shows what was written. IAM may write a trust policy in another way than
   * it was given (an account id becomes an ARN), so any document but the former one will do.
   */
  private IamRole settled(AwsScope scope, IamRole former, IamRole desired) {
    return Polling.until(
        "role " + desired.roleName() + " to show its new settings",
        Iam.PROPAGATION,
        () -> {
          Optional<IamRole> seen = read(scope, desired);
          if (seen.isEmpty() && former != null) {
            // A role that was there: let IAM say that it is not.
            scope.client(IamClient.class).getRole(r -> r.roleName(former.roleName()));
          }
          return seen.filter(s -> isSettled(former, desired, s));
        });
  }

  private static boolean isSettled(IamRole former, IamRole desired, IamRole seen) {
    JsonNode trust = seen.assumeRolePolicyDocument();
    return Objects.equals(emptyToNull(desired.description()), seen.description())
        && Iam.sameSet(desired.attachedPoliciesArns(), seen.attachedPoliciesArns())
        && (former == null
            || TrustPolicies.same(desired.assumeRolePolicyDocument(), trust)
            || !TrustPolicies.same(former.assumeRolePolicyDocument(), trust));
  }

  private static void attach(IamClient iam, String role, List<String> arns) {
    arns.forEach(arn -> iam.attachRolePolicy(r -> r.roleName(role).policyArn(arn)));
  }

  private static void detach(IamClient iam, String role, List<String> arns) {
    arns.forEach(
        arn ->
            Iam.remove(
                "policy " + arn + " to leave role " + role,
                () -> iam.detachRolePolicy(r -> r.roleName(role).policyArn(arn))));
  }

  /** Inline policies go with the role: they are nothing without it. */
  @Override
  public void delete(AwsScope scope, IamRole current) {
    IamClient iam = scope.client(IamClient.class);
    String name = current.roleName();
    Optional<List<String>> policies = attached(iam, name);
    if (policies.isEmpty()) {
      return;
    }
    InstanceProfiles.dropAll(iam, name, TrustPolicies.allowEc2(current.assumeRolePolicyDocument()));
    detach(iam, name, policies.get());
    Iam.present(
            () ->
                iam.listRolePoliciesPaginator(r -> r.roleName(name)).policyNames().stream()
                    .toList())
        .orElse(List.of())
        .forEach(
            inline ->
                Iam.remove(
                    "inline policy " + inline + " to leave role " + name,
                    () -> iam.deleteRolePolicy(r -> r.roleName(name).policyName(inline))));
    Iam.remove("role " + name + " to be deleted", () -> iam.deleteRole(r -> r.roleName(name)));
    Polling.until(
        "role " + name + " to be gone",
        Iam.PROPAGATION,
        () -> read(scope, current).isPresent() ? Optional.empty() : Optional.of(true));
  }

  @Override
  public List<Problem> validate(IamRole desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    Iam.checkName("role_name", desired.roleName(), problems);
    if (desired.description() != null && !DESCRIPTION.matcher(desired.description()).matches()) {
      problems.add(
          new Problem(
              "description",
              "The description of a role has at most 1000 characters, all of them Latin-1."));
    }
    problems.addAll(
        PolicySyntax.ofTrust("assume_role_policy_document", desired.assumeRolePolicyDocument()));
    if (desired.assumeRolePolicyDocument() != null
        && desired.assumeRolePolicyDocument().toString().length() > LARGEST_TRUST) {
      problems.add(
          new Problem(
              "assume_role_policy_document", "A trust policy has at most 8192 characters."));
    }
    Iam.checkPolicies(desired.attachedPoliciesArns(), problems);
    return problems;
  }
}
