package io.iasql.aws.account;

import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.Credentials;
import io.iasql.spi.AwsAccountSettings.DefaultChain;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** The credentials of one account: where they come from, and what of them may be shown. */
final class CredentialSource implements SdkAutoCloseable {
  private static final String SESSION = "iasql-operator";

  private final Deque<SdkAutoCloseable> owned = new ArrayDeque<>();
  private final AwsCredentialsProvider provider;
  private final boolean role;

  /**
   * @param sts builds the STS client that assumes a role with the given credentials
   */
  CredentialSource(AwsAccountSettings settings, Function<AwsCredentialsProvider, StsClient> sts) {
    this.provider = provider(settings.credentials(), sts);
    this.role = settings.credentials() instanceof AssumeRole;
  }

  private AwsCredentialsProvider provider(
      Credentials credentials, Function<AwsCredentialsProvider, StsClient> sts) {
    if (credentials instanceof StaticKeys keys) {
      return StaticCredentialsProvider.create(
          keys.sessionToken()
              .<AwsCredentials>map(
                  token ->
                      AwsSessionCredentials.create(
                          keys.accessKeyId(), keys.secretAccessKey(), token))
              .orElseGet(
                  () -> AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())));
    }
    if (credentials instanceof AssumeRole assume) {
      StsClient client = sts.apply(provider(assume.base(), sts));
      owned.push(client);
      StsAssumeRoleCredentialsProvider assumed =
          StsAssumeRoleCredentialsProvider.builder()
              .stsClient(client)
              .refreshRequest(
                  r ->
                      r.roleArn(assume.roleArn())
                          .roleSessionName(SESSION)
                          .externalId(assume.externalId().orElse(null)))
              .build();
      owned.push(assumed);
      return assumed;
    }
    if (credentials instanceof DefaultChain) {
      DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
      owned.push(chain);
      return chain;
    }
    throw new IllegalArgumentException("unknown kind of credentials");
  }

  AwsCredentialsProvider provider() {
    return provider;
  }

  /** See {@link io.iasql.spi.AwsScope#accessKeyHint()}. */
  Optional<String> hint() {
    if (role) {
      return Optional.empty();
    }
    AwsCredentials now = provider.resolveCredentials();
    boolean fromRole =
        now instanceof AwsSessionCredentials && provider instanceof DefaultCredentialsProvider;
    return fromRole ? Optional.empty() : Optional.of(shortened(now.accessKeyId()));
  }

  /** The first and the last four characters, at most half of all. */
  static String shortened(String keyId) {
    int shown = Math.min(4, keyId.length() / 4);
    return keyId.substring(0, shown) + "…" + keyId.substring(keyId.length() - shown);
  }

  @Override
  public void close() {
    owned.forEach(SdkAutoCloseable::close);
  }

  @Override
  public String toString() {
    return "CredentialSource[hidden]";
  }
}
