package io.iasql.aws.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.contract.FakeScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Ownership;
import io.iasql.spi.Problem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

class IamRolesTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("token");
  private static final JsonNode EC2 = trust("['lambda.amazonaws.com','ec2.amazonaws.com']");
  private static final JsonNode LAMBDA = trust("'lambda.amazonaws.com'");
  private static final String A = "arn:aws:iam::aws:policy/A";
  private static final String B = "arn:aws:iam::aws:policy/B";
  private static final String C = "arn:aws:iam::111122223333:policy/team/C";

  private final FakeIam iam = new FakeIam();
  private final FakeScope scope = FakeScope.of(iam);
  private final IamRoles roles = new IamRoles();

  @Test
  void createMakesAnInstanceProfileForEc2() {
    IamRole role = roles.create(scope, role(EC2, "text", A, B, C), TOKEN);

    assertThat(role)
        .isEqualTo(
            new IamRole("arn:aws:iam::111122223333:role/r", "r", EC2, "text", List.of(C, A, B)));
    assertThat(iam.profiles).containsEntry("r", Set.of("r"));
    assertThat(roles.read(scope, role)).contains(role);
  }

  @Test
  void createWaitsForReplicas() {
    iam.unreadableFor = 2;
    iam.unknownPrincipalFor = 1;

    assertThat(roles.create(scope, role(LAMBDA, null), TOKEN).arn()).isNotNull();
    assertThat(iam.profiles).isEmpty();
  }

  @Test
  void createRecognisesItsOwnRepeatedCall() {
    iam.answerOfCreateLost = true;

    assertThat(roles.create(scope, role(LAMBDA, null, A), TOKEN).attachedPoliciesArns())
        .containsExactly(A);
  }

  @Test
  void createRefusesAnotherOnesRole() {
    roles.create(scope, role(LAMBDA, null, A), TOKEN);

    assertThatThrownBy(() -> roles.create(scope, role(LAMBDA, null, A), TOKEN))
        .isInstanceOf(EntityAlreadyExistsException.class);
    assertThat(iam.roles).containsKey("r");
  }

  @Test
  void createTakesBackWhatItCannotFinish() {
    assertThatThrownBy(
            () -> roles.create(scope, role(EC2, null, A, "arn:aws:iam::aws:policy/missing"), TOKEN))
        .isInstanceOf(NoSuchEntityException.class);

    assertThat(iam.roles).isEmpty();
    assertThat(iam.profiles).isEmpty();
  }

  @Test
  void findCompletesTheInstanceProfile() {
    roles.create(scope, role(EC2, null), TOKEN);
    iam.profiles.clear();

    assertThat(roles.find(scope, role(EC2, null), TOKEN)).isPresent();
    assertThat(iam.profiles).containsEntry("r", Set.of("r"));
  }

  @Test
  void instanceProfileOfAnotherRoleIsAConflict() {
    iam.profiles.put("r", new TreeSet<>(Set.of("other")));

    assertThatThrownBy(() -> roles.create(scope, role(EC2, null), TOKEN))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("holds role other");
    assertThat(iam.roles).isEmpty();
    assertThat(iam.profiles).containsEntry("r", Set.of("other"));
  }

  @Test
  void updateChangesOnlyWhatDiffers() {
    IamRole current = roles.create(scope, role(LAMBDA, "old", A, B), TOKEN);
    iam.writes.clear();

    IamRole updated = roles.update(scope, current, role(LAMBDA, "old", B, C));

    assertThat(iam.writes).containsExactly("Detach " + A, "Attach " + C);
    assertThat(updated.attachedPoliciesArns()).containsExactly(C, B);
    iam.writes.clear();
    assertThat(roles.update(scope, updated, updated)).isEqualTo(updated);
    assertThat(iam.writes).isEmpty();
  }

  @Test
  void updateMovesTheInstanceProfileWithTheTrust() {
    IamRole lambda = roles.create(scope, role(LAMBDA, null), TOKEN);
    iam.writes.clear();

    IamRole ec2 = roles.update(scope, lambda, role(EC2, null));
    assertThat(iam.writes)
        .containsExactly(
            "UpdateAssumeRolePolicy", "CreateInstanceProfile", "AddRoleToInstanceProfile");

    roles.update(scope, ec2, role(LAMBDA, null));
    assertThat(iam.profiles).isEmpty();
  }

  @Test
  void nullRemovesDescriptionAndPolicies() {
    IamRole current = roles.create(scope, role(LAMBDA, "old", A), TOKEN);

    IamRole updated =
        roles.update(scope, current, new IamRole(current.arn(), "r", LAMBDA, null, null));

    assertThat(updated.description()).isNull();
    assertThat(updated.attachedPoliciesArns()).isEmpty();
  }

  @Test
  void deleteTakesTheRoleOutOfEveryProfile() {
    IamRole current = roles.create(scope, role(EC2, null, A), TOKEN);
    iam.profiles.put("other", new TreeSet<>(Set.of("r")));

    roles.delete(scope, current);
    roles.delete(scope, current);

    assertThat(iam.roles).isEmpty();
    assertThat(iam.profiles).containsOnlyKeys("other");
    assertThat(iam.profiles.get("other")).isEmpty();
  }

  @Test
  void rolesOfServicesAreProtected() {
    assertThat(ownership("arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/R"))
        .isEqualTo(Ownership.PROTECTED);
    assertThat(ownership("arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/R"))
        .isEqualTo(Ownership.PROTECTED);
    assertThat(ownership("arn:aws:iam::1:role/service-role/R")).isEqualTo(Ownership.OWN);
    assertThat(ownership(null)).isEqualTo(Ownership.OWN);
  }

  private Ownership ownership(String arn) {
    return roles.ownership(new IamRole(arn, "R", LAMBDA, null, List.of()));
  }

  @Test
  void trustPoliciesAreUnderstood() {
    String encoded = URLEncoder.encode(EC2.toString(), StandardCharsets.UTF_8).replace("+", "%20");

    assertThat(TrustPolicies.parse("r", encoded)).isEqualTo(EC2);
    assertThat(TrustPolicies.parse("r", EC2.toString())).isEqualTo(EC2);
    assertThat(TrustPolicies.allowEc2(EC2)).isTrue();
    assertThat(TrustPolicies.allowEc2(LAMBDA)).isFalse();
    assertThat(TrustPolicies.allowEc2(trust("'ec2.amazonaws.com.cn'"))).isTrue();
    assertThat(
            TrustPolicies.allowEc2(
                json(EC2.toString().replace("Allow", "Deny").replace('"', '\''))))
        .isFalse();
    assertThat(TrustPolicies.allowEc2(json("{'Statement':{'Effect':'Allow','Principal':'*'}}")))
        .isFalse();
  }

  @Test
  void limitsAreChecked() {
    assertThat(problems(role(EC2, "All good: ü", A, C))).isEmpty();
    assertThat(problems(role(EC2, "x".repeat(1001)))).containsExactly("description");
    assertThat(problems(role(EC2, "世界"))).containsExactly("description");
    assertThat(problems(role(EC2, null, "ReadOnlyAccess")))
        .containsExactly("attached_policies_arns");
    assertThat(problems(role(json("{'Statement':[]}"), null)))
        .containsExactly("assume_role_policy_document");
    assertThat(problems(new IamRole(null, "a b", EC2, null, null))).containsExactly("role_name");
    assertThat(problems(new IamRole(null, "x".repeat(65), EC2, null, null)))
        .containsExactly("role_name");
  }

  @Test
  void usersAndKeysAreChecked() {
    assertThat(new IamUsers().validate(user("/team/a/"), null)).isEmpty();
    assertThat(new IamUsers().validate(user(null), null)).isEmpty();
    assertThat(new IamUsers().validate(user("team"), null))
        .extracting(Problem::column)
        .containsExactly("path");
    assertThat(new IamUsers().validate(user("/a b/"), null)).hasSize(1);
    assertThat(new AccessKeys().validate(new AccessKey("AKIA", null, "Active", null), null))
        .isEmpty();
    assertThat(new AccessKeys().validate(new AccessKey("AKIA", null, null, null), null)).hasSize(1);
  }

  private static IamUser user(String path) {
    return new IamUser(null, "anna", null, path, null, null);
  }

  private List<String> problems(IamRole role) {
    return roles.validate(role, null).stream().map(Problem::column).toList();
  }

  private static IamRole role(JsonNode trust, String description, String... policies) {
    return new IamRole(null, "r", trust, description, List.of(policies));
  }

  private static JsonNode trust(String services) {
    return json(
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':{'Service':%s},'Action':'sts:AssumeRole'}]}"
            .formatted(services));
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
