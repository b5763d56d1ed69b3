package io.iasql.aws.account;

import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.Credentials;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be seen to be wrong with settings before anybody is asked. */
final class SettingsCheck {
  private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
  private static final Pattern REGION = Pattern.compile("[a-z]{2,}(-[a-z]+)+-\\d+");
  private static final Pattern ROLE =
      Pattern.compile("arn:aws[a-z-]*:iam::(\\d{12}):role/[\\w+=,.@/-]+");

  private SettingsCheck() {}

  static void check(AwsAccountSettings settings) {
    if (!ACCOUNT.matcher(settings.accountId()).matches()) {
      throw wrong("InvalidAccountId", "accountId must have 12 digits: " + settings.accountId());
    }
    checkRegion(settings.region());
    settings.regions().forEach(SettingsCheck::checkRegion);
    settings
        .endpoint()
        .filter(e -> e.getHost() == null || !Objects.toString(e.getScheme()).matches("https?"))
        .ifPresent(
            e -> {
              throw wrong("InvalidEndpoint", "endpoint must be an http or https URL with a host");
            });
    if (settings.credentials() instanceof AssumeRole role) {
      checkRole(settings.accountId(), role);
    }
    checkKeys(settings.credentials());
  }

  private static void checkRegion(String region) {
    if (!REGION.matcher(region).matches()) {
      throw wrong("InvalidRegion", "not the name of a region, such as eu-west-1: " + region);
    }
  }

  private static void checkRole(String accountId, AssumeRole role) {
    Matcher arn = ROLE.matcher(role.roleArn());
    if (!arn.matches()) {
      throw wrong("InvalidRoleArn", "not the ARN of an IAM role: " + role.roleArn());
    }
    if (!arn.group(1).equals(accountId)) {
      throw wrong(
          "InvalidRoleArn",
          "role %s is in account %s, but the connection is for account %s: name a role there"
              .formatted(role.roleArn(), arn.group(1), accountId));
    }
  }

  private static void checkKeys(Credentials credentials) {
    if (credentials instanceof AssumeRole role) {
      checkKeys(role.base());
    } else if (credentials instanceof StaticKeys keys
        && (keys.accessKeyId().isBlank() || keys.secretAccessKey().isBlank())) {
      throw wrong(
          "InvalidCredentials", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must not be empty");
    }
  }

  private static CloudException wrong(String code, String message) {
    return new CloudException(new CloudFailure(Kind.INVALID_INPUT, code, message, ""), null);
  }
}
