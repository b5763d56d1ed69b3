package io.iasql.aws.iam;

import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import io.iasql.spi.Polling;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.Role;

/** The instance profile that goes with a role EC2 may assume; it has the role's name. */
final class InstanceProfiles {
  private InstanceProfiles() {}

  /** Makes the profile and puts the role in, as far as that is not so already. */
  static void ensure(IamClient iam, String role) {
    Optional<InstanceProfile> profile = profile(iam, role);
    if (profile.isEmpty()) {
      create(iam, role);
    }
    List<String> roles = profile.map(InstanceProfiles::roles).orElse(List.of());
    if (roles.contains(role)) {
      return;
    }
    if (!roles.isEmpty()) {
      throw new CloudException(
          new CloudFailure(
              Kind.CONFLICT,
              "InstanceProfileInUse",
              ("instance profile %s holds role %s, so role %s cannot have it: remove that role from"
                      + " the profile, or choose another name")
                  .formatted(role, roles.get(0), role),
              ""),
          null);
    }
    add(iam, role);
    Polling.until(
        "instance profile " + role + " to hold its role",
        Iam.PROPAGATION,
        () -> holds(iam, role, role) ? Optional.of(true) : Optional.empty());
  }

  private static void add(IamClient iam, String role) {
    try {
      iam.addRoleToInstanceProfile(r -> r.instanceProfileName(role).roleName(role));
    } catch (LimitExceededException e) {
      // The one place in the profile is taken: by this role, if the call was repeated.
      if (!holds(iam, role, role)) {
        throw e;
      }
    }
  }

  private static void create(IamClient iam, String name) {
    try {
      iam.createInstanceProfile(r -> r.instanceProfileName(name));
    } catch (EntityAlreadyExistsException e) {
      // Made by a call whose answer was lost, or seen too late; the wait below tells.
    }
    Polling.until(
        "instance profile " + name + " to be readable", Iam.PROPAGATION, () -> profile(iam, name));
  }

  /** Removes the role's own profile, unless somebody has put another role in. */
  static void drop(IamClient iam, String role) {
    profile(iam, role)
        .filter(p -> roles(p).stream().allMatch(role::equals))
        .ifPresent(
            p -> {
              if (!roles(p).isEmpty()) {
                takeOut(iam, role, role);
              }
              Iam.remove(
                  "instance profile " + role + " to be deleted",
                  () -> iam.deleteInstanceProfile(r -> r.instanceProfileName(role)));
            });
  }

  /** Takes the role out of every profile, as it cannot be deleted before. */
  static void dropAll(IamClient iam, String role, boolean own) {
    List<String> names =
        Iam.present(
                () ->
                    iam
                        .listInstanceProfilesForRolePaginator(r -> r.roleName(role))
                        .instanceProfiles()
                        .stream()
                        .map(InstanceProfile::instanceProfileName)
                        .toList())
            .orElse(List.of());
    names.stream().filter(name -> !name.equals(role)).forEach(name -> takeOut(iam, name, role));
    if (own || names.contains(role)) {
      drop(iam, role);
    }
  }

  private static void takeOut(IamClient iam, String profile, String role) {
    Iam.remove(
        "role " + role + " to leave instance profile " + profile,
        () -> {
          try {
            iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName(profile).roleName(role));
          } catch (IamException e) {
            // A repeated call may fail on what the first one has done.
            if (holds(iam, profile, role)) {
              throw e;
            }
          }
        });
  }

  private static boolean holds(IamClient iam, String profile, String role) {
    return profile(iam, profile).filter(p -> roles(p).contains(role)).isPresent();
  }

  private static Optional<InstanceProfile> profile(IamClient iam, String name) {
    return Iam.present(
        () -> iam.getInstanceProfile(r -> r.instanceProfileName(name)).instanceProfile());
  }

  private static List<String> roles(InstanceProfile profile) {
    return profile.roles().stream().map(Role::roleName).toList();
  }
}
