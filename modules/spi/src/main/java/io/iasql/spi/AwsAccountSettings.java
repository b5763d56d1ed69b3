package io.iasql.spi;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How to reach one AWS account.
 *
 * @param accountId the 12-digit account id that STS must confirm
 * @param region the default region
 * @param regions the regions in use; empty means every region that the account has opted in to
 * @param credentials where the credentials come from
 * @param endpoint replaces every service's endpoint, for emulators and private endpoints
 */
public record AwsAccountSettings(
    String accountId,
    String region,
    List<String> regions,
    Credentials credentials,
    Optional<URI> endpoint) {

  public AwsAccountSettings {
    Objects.requireNonNull(accountId);
    Objects.requireNonNull(region);
    regions = List.copyOf(regions);
    Objects.requireNonNull(credentials);
    Objects.requireNonNull(endpoint);
  }

  /** Where credentials come from. */
  public sealed interface Credentials {}

  /** The SDK's default chain: environment, web identity, Pod Identity, instance profile. */
  public record DefaultChain() implements Credentials {}

  /** Keys as a Secret holds them. */
  public record StaticKeys(
      String accessKeyId, String secretAccessKey, Optional<String> sessionToken)
      implements Credentials {
    /** Hides everything but the shape: credentials end up in no log. */
    @Override
    public String toString() {
      return "StaticKeys[hidden]";
    }
  }

  /** A role to assume, starting from {@code base}. */
  public record AssumeRole(String roleArn, Optional<String> externalId, Credentials base)
      implements Credentials {}
}
