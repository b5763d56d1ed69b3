package io.iasql.aws.iam;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleResponse;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionResponse;

/** The roles of IAM in memory; lists come in pages of one. */
final class FakeIam implements IamClient {
  final List<String> writes = new ArrayList<>();
  final Map<String, Role> roles = new TreeMap<>();
  final Map<String, Set<String>> policies = new TreeMap<>();
  final Map<String, Set<String>> profiles = new TreeMap<>();
  int unreadableFor;
  int unknownPrincipalFor;
  boolean answerOfCreateLost;

  private void wrote(String what) {
    writes.add(what);
  }

  private Role role(String name) {
    if (!roles.containsKey(name)) {
      throw missing();
    }
    return roles.get(name);
  }

  private static RuntimeException missing() {
    return NoSuchEntityException.builder()
        .awsErrorDetails(AwsErrorDetails.builder().errorCode("NoSuchEntity").build())
        .build();
  }

  @Override
  public CreateRoleResponse createRole(CreateRoleRequest r) {
    wrote("CreateRole");
    if (unknownPrincipalFor-- > 0) {
      throw MalformedPolicyDocumentException.builder()
          .message("Invalid principal in policy: \"AWS\":\"x\"")
          .build();
    }
    boolean existed = roles.containsKey(r.roleName());
    if (!existed) {
      roles.put(
          r.roleName(),
          Role.builder()
              .roleName(r.roleName())
              .arn("arn:aws:iam::111122223333:role/" + r.roleName())
              .assumeRolePolicyDocument(r.assumeRolePolicyDocument())
              .description(r.description())
              .createDate(Instant.now())
              .build());
      policies.put(r.roleName(), new TreeSet<>());
    }
    if (existed || answerOfCreateLost) {
      throw EntityAlreadyExistsException.builder()
          .numAttempts(answerOfCreateLost ? 2 : 1)
          .awsErrorDetails(AwsErrorDetails.builder().errorCode("EntityAlreadyExists").build())
          .build();
    }
    return CreateRoleResponse.builder().build();
  }

  @Override
  public GetRoleResponse getRole(GetRoleRequest r) {
    if (unreadableFor-- > 0) {
      throw missing();
    }
    return GetRoleResponse.builder().role(role(r.roleName())).build();
  }

  @Override
  public DeleteRoleResponse deleteRole(DeleteRoleRequest r) {
    wrote("DeleteRole");
    role(r.roleName());
    roles.remove(r.roleName());
    return DeleteRoleResponse.builder().build();
  }

  @Override
  public UpdateAssumeRolePolicyResponse updateAssumeRolePolicy(UpdateAssumeRolePolicyRequest r) {
    wrote("UpdateAssumeRolePolicy");
    roles.put(
        r.roleName(),
        role(r.roleName()).toBuilder().assumeRolePolicyDocument(r.policyDocument()).build());
    return UpdateAssumeRolePolicyResponse.builder().build();
  }

  @Override
  public UpdateRoleDescriptionResponse updateRoleDescription(UpdateRoleDescriptionRequest r) {
    wrote("UpdateRoleDescription");
    roles.put(r.roleName(), role(r.roleName()).toBuilder().description(r.description()).build());
    return UpdateRoleDescriptionResponse.builder().build();
  }

  @Override
  public AttachRolePolicyResponse attachRolePolicy(AttachRolePolicyRequest r) {
    wrote("Attach " + r.policyArn());
    if (r.policyArn().endsWith("/missing")) {
      throw missing();
    }
    policies.get(r.roleName()).add(r.policyArn());
    return AttachRolePolicyResponse.builder().build();
  }

  @Override
  public DetachRolePolicyResponse detachRolePolicy(DetachRolePolicyRequest r) {
    wrote("Detach " + r.policyArn());
    policies.get(r.roleName()).remove(r.policyArn());
    return DetachRolePolicyResponse.builder().build();
  }

  @Override
  public ListAttachedRolePoliciesResponse listAttachedRolePolicies(
      ListAttachedRolePoliciesRequest r) {
    role(r.roleName());
    List<String> all = List.copyOf(policies.get(r.roleName()));
    int from = r.marker() == null ? 0 : Integer.parseInt(r.marker());
    return ListAttachedRolePoliciesResponse.builder()
        .attachedPolicies(
            all.stream()
                .skip(from)
                .limit(1)
                .map(arn -> AttachedPolicy.builder().policyArn(arn).build())
                .toList())
        .isTruncated(from + 1 < all.size())
        .marker(from + 1 < all.size() ? String.valueOf(from + 1) : null)
        .build();
  }

  @Override
  public ListRolePoliciesResponse listRolePolicies(ListRolePoliciesRequest r) {
    return ListRolePoliciesResponse.builder().policyNames(List.of()).isTruncated(false).build();
  }

  @Override
  public CreateInstanceProfileResponse createInstanceProfile(CreateInstanceProfileRequest r) {
    wrote("CreateInstanceProfile");
    profiles.put(r.instanceProfileName(), new TreeSet<>());
    return CreateInstanceProfileResponse.builder().build();
  }

  @Override
  public AddRoleToInstanceProfileResponse addRoleToInstanceProfile(
      AddRoleToInstanceProfileRequest r) {
    wrote("AddRoleToInstanceProfile");
    profiles.get(r.instanceProfileName()).add(r.roleName());
    return AddRoleToInstanceProfileResponse.builder().build();
  }

  @Override
  public GetInstanceProfileResponse getInstanceProfile(GetInstanceProfileRequest r) {
    if (!profiles.containsKey(r.instanceProfileName())) {
      throw missing();
    }
    return GetInstanceProfileResponse.builder()
        .instanceProfile(profile(r.instanceProfileName()))
        .build();
  }

  private InstanceProfile profile(String name) {
    return InstanceProfile.builder()
        .instanceProfileName(name)
        .roles(
            profiles.get(name).stream().map(role -> Role.builder().roleName(role).build()).toList())
        .build();
  }

  @Override
  public ListInstanceProfilesForRoleResponse listInstanceProfilesForRole(
      ListInstanceProfilesForRoleRequest r) {
    return ListInstanceProfilesForRoleResponse.builder()
        .instanceProfiles(
            profiles.keySet().stream()
                .filter(name -> profiles.get(name).contains(r.roleName()))
                .map(this::profile)
                .toList())
        .isTruncated(false)
        .build();
  }

  @Override
  public RemoveRoleFromInstanceProfileResponse removeRoleFromInstanceProfile(
      RemoveRoleFromInstanceProfileRequest r) {
    wrote("RemoveRoleFromInstanceProfile " + r.instanceProfileName());
    profiles.get(r.instanceProfileName()).remove(r.roleName());
    return RemoveRoleFromInstanceProfileResponse.builder().build();
  }

  @Override
  public DeleteInstanceProfileResponse deleteInstanceProfile(DeleteInstanceProfileRequest r) {
    wrote("DeleteInstanceProfile " + r.instanceProfileName());
    profiles.remove(r.instanceProfileName());
    return DeleteInstanceProfileResponse.builder().build();
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {}
}
