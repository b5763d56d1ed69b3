package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Set;

/** The account, its regions and the way in. */
@JsonClassDescription("The account, its regions and the way in.")
@ApiType
@ValidationRule(
    value = "self.accountId == oldSelf.accountId",
    fieldPath = ".accountId",
    message =
        "accountId cannot be changed: environments rely on it. Create another AwsConnection instead.")
@ValidationRule(
    value =
        "!has(self.credentials) || !has(self.credentials.assumeRole)"
            + " || self.credentials.assumeRole.roleArn.contains('::' + self.accountId + ':')",
    fieldPath = ".credentials",
    message = "credentials.assumeRole.roleArn must be a role of the account in accountId.")
public record AwsConnectionSpec(
    @Required
        @Pattern("^[0-9]{12}$")
        @Size(max = 12)
        @JsonPropertyDescription(
            "The 12-digit account id. It is checked with STS at every connect; when the credentials"
                + " belong to another account, nothing is read.")
        String accountId,
    @Required
        @Pattern(REGION)
        @Size(max = 32)
        @JsonPropertyDescription("The default region: rows that name no region get this one.")
        String region,
    @Size(min = 1, max = 64)
        @JsonPropertyDescription(
            "The regions in use; the default region is always one of them. Omitted: every region"
                + " that the account has opted in to.")
        Set<@Pattern(REGION) @Size(max = 32) String> regions,
    @JsonPropertyDescription(
            "Where credentials come from. Omitted: the AWS SDK's default chain in the operator's"
                + " pod (IRSA, Pod Identity, environment).")
        Credentials credentials,
    @Pattern("^https?://[^\\s/?#]+(/[^\\s?#]*)?$")
        @Size(max = 2048)
        @JsonPropertyDescription(
            "Replaces the endpoint of every AWS service, for emulators and private endpoints.")
        String endpoint) {

  private static final String REGION = "^[a-z]{2,8}(-[a-z]{2,12})+-[0-9]{1,2}$";

  public AwsConnectionSpec {
    regions = Lists.copyInOrder(regions);
  }

  /** Exactly one source of credentials. */
  @ApiType
  @ValidationRule(
      value = "has(self.secretRef) != has(self.assumeRole)",
      message =
          "give exactly one of secretRef and assumeRole; leave credentials out altogether for the"
              + " AWS SDK's default chain.")
  public record Credentials(
      @JsonPropertyDescription(
              "A Secret with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and optionally"
                  + " AWS_SESSION_TOKEN. A rotated Secret is picked up by itself.")
          LocalReference secretRef,
      @JsonPropertyDescription("A role of the account to assume.") AssumeRole assumeRole) {}

  /** A role and what it takes to assume it. */
  @ApiType
  public record AssumeRole(
      @Required
          @Pattern("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\x21-\\x7e]+$")
          @Size(min = 20, max = 2048)
          @JsonPropertyDescription("ARN of the role.")
          String roleArn,
      @Pattern("^[A-Za-z0-9+=,.@:/_-]+$")
          @Size(min = 2, max = 1224)
          @JsonPropertyDescription("External id that the role's trust policy asks for.")
          String externalId,
      @JsonPropertyDescription(
              "A Secret with the keys to assume the role with, as in credentials.secretRef."
                  + " Omitted: the AWS SDK's default chain.")
          LocalReference secretRef) {}
}
