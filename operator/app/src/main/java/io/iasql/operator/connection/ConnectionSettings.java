package io.iasql.operator.connection;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.AwsConnectionSpec;
import io.iasql.crds.LocalReference;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.Credentials;
import io.iasql.spi.AwsAccountSettings.DefaultChain;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns an AwsConnection and its Secrets into settings. */
public final class ConnectionSettings {
  private static final String ACCESS_KEY_ID = "AWS_ACCESS_KEY_ID";
  private static final String SECRET_ACCESS_KEY = "AWS_SECRET_ACCESS_KEY";
  private static final String SESSION_TOKEN = "AWS_SESSION_TOKEN";

  private ConnectionSettings() {}

  /** The Secrets are not as they should be; the message says what to do. */
  static final class MissingCredentialsException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingCredentialsException(String message) {
      super(message);
    }
  }

  /** Names of the Secrets that a connection refers to. */
  public static Set<String> secretNames(AwsConnection connection) {
    AwsConnectionSpec.Credentials credentials = connection.getSpec().credentials();
    if (credentials == null) {
      return Set.of();
    }
    AwsConnectionSpec.AssumeRole role = credentials.assumeRole();
    return Stream.of(credentials.secretRef(), role == null ? null : role.secretRef())
        .filter(Objects::nonNull)
        .map(LocalReference::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The settings of a connection.
   *
   * @param secrets looks up a Secret of the connection's namespace by its name
   */
  static AwsAccountSettings of(AwsConnection connection, Function<String, Optional<Secret>> secrets)
      throws MissingCredentialsException {
    AwsConnectionSpec spec = connection.getSpec();
    return new AwsAccountSettings(
        spec.accountId(),
        spec.region(),
        List.copyOf(spec.regions()),
        credentials(spec.credentials(), secrets),
        Optional.ofNullable(spec.endpoint()).map(URI::create));
  }

  private static Credentials credentials(
      AwsConnectionSpec.Credentials spec, Function<String, Optional<Secret>> secrets)
      throws MissingCredentialsException {
    if (spec == null) {
      return new DefaultChain();
    }
    AwsConnectionSpec.AssumeRole role = spec.assumeRole();
    return role == null
        ? keys(spec.secretRef(), secrets)
        : new AssumeRole(
            role.roleArn(),
            Optional.ofNullable(role.externalId()),
            role.secretRef() == null ? new DefaultChain() : keys(role.secretRef(), secrets));
  }

  private static StaticKeys keys(
      LocalReference reference, Function<String, Optional<Secret>> secrets)
      throws MissingCredentialsException {
    Optional<Secret> found = secrets.apply(reference.name());
    if (found.isEmpty()) {
      throw new MissingCredentialsException(
          "Secret %s is not in the connection's namespace: create it with keys %s and %s."
              .formatted(reference.name(), ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    }
    Secret secret = found.get();
    return new StaticKeys(
        required(secret, ACCESS_KEY_ID),
        required(secret, SECRET_ACCESS_KEY),
        value(secret, SESSION_TOKEN));
  }

  private static String required(Secret secret, String key) throws MissingCredentialsException {
    Optional<String> value = value(secret, key);
    if (value.isEmpty()) {
      throw new MissingCredentialsException(
          "Secret %s has no value for %s: add it.".formatted(secret.getMetadata().getName(), key));
    }
    return value.get();
  }

  /** A line end that came along from a file belongs to no key. */
  private static Optional<String> value(Secret secret, String key) {
    return Optional.ofNullable(secret.getData())
        .map(data -> data.get(key))
        .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
