package io.iasql.operator.environment;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.User;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUser.Access;
import io.iasql.engine.login.DatabaseUsers;
import io.iasql.operator.database.DatabaseEndpoint;
import io.iasql.operator.database.ServiceBinding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The Secrets by which people log in to an environment's database: one of the environment itself
 * and one for each user of the spec. They belong to the Environment and go with it. The password in
 * a Secret is the one that counts, whoever wrote it.
 */
final class LoginSecrets {
  /** The label of these Secrets; its value is the user's name. */
  static final String LABEL = "iasql.io/login";

  private static final String MANAGER = "iasql-operator";
  private static final String OWN_USER = "psql";

  /** A Secret of that name belongs to somebody else; the message says what to do. */
  static final class TakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TakenException(String message) {
      super(message);
    }
  }

  /** A login to be. */
  record Login(String secretName, String user, Access access) {}

  private final KubernetesClient client;
  private final Supplier<String> passwords;

  /**
   * @param passwords makes a new password at each call
   */
  LoginSecrets(KubernetesClient client, Supplier<String> passwords) {
    this.client = client;
    this.passwords = passwords;
  }

  /** The Secret of the environment's own login. */
  static String name(Environment environment) {
    return environment.getMetadata().getName() + "-" + OWN_USER;
  }

  /**
   * Makes sure that the Secrets are there and right, and that those of former users are gone.
   *
   * @param known the Secrets of this environment as a cache has them; it may lag a little behind
   * @return who may log in, with the passwords of the Secrets
   * @throws TakenException when a Secret of somebody else is in the way
   * @throws KubernetesClientException when the API server cannot be asked or refuses
   */
  List<DatabaseUser> ensure(
      Environment environment, DatabaseEndpoint endpoint, Collection<Secret> known) {
    Map<String, Secret> present =
        known.stream()
            .filter(secret -> isOf(secret, environment))
            .collect(Collectors.toMap(s -> s.getMetadata().getName(), Function.identity()));
    List<DatabaseUser> users = new ArrayList<>();
    for (Login login : logins(environment)) {
      Secret secret =
          Optional.ofNullable(present.remove(login.secretName()))
              .orElseGet(() -> create(environment, endpoint, login));
      String password = ServiceBinding.of(secret).password().orElseGet(passwords);
      Secret wanted = secret(environment, endpoint, login, password);
      if (!says(secret, wanted)) {
        client.resource(wanted).fieldManager(MANAGER).forceConflicts().serverSideApply();
      }
      users.add(new DatabaseUser(login.user(), login.access(), password));
    }
    present.values().forEach(former -> client.resource(former).delete());
    return List.copyOf(users);
  }

  /** The environment's own login, then those of the spec. */
  static List<Login> logins(Environment environment) {
    List<Login> logins = new ArrayList<>();
    logins.add(new Login(name(environment), OWN_USER, Access.WRITER));
    if (environment.getSpec().database() != null) {
      for (User user : environment.getSpec().database().users()) {
        Access access =
            switch (user.role()) {
              case READER -> Access.READER;
              case WRITER -> Access.WRITER;
            };
        logins.add(new Login(name(environment) + "-" + user.name(), user.name(), access));
      }
    }
    return logins;
  }

  private Secret create(Environment environment, DatabaseEndpoint endpoint, Login login) {
    Secret first = secret(environment, endpoint, login, passwords.get());
    try {
      return client.resource(first).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
    Secret there = client.resource(first).get();
    if (there != null && isOfPredecessor(there, environment)) {
      // Its Environment is gone, and the garbage collector has not come to it yet.
      client.resource(there).delete();
      return client.resource(first).create();
    }
    if (there == null || !isOf(there, environment)) {
      throw new TakenException(
          "Secret %s is in the way of the login of user %s: it does not belong to this Environment."
                  .formatted(login.secretName(), login.user())
              + " Delete or rename it.");
    }
    return there;
  }

  private static boolean isOf(Secret secret, Environment environment) {
    return secret.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> owner.getUid().equals(environment.getMetadata().getUid()));
  }

  /** Whether a Secret is a login of an Environment that had the same name and was deleted. */
  private static boolean isOfPredecessor(Secret secret, Environment environment) {
    return secret.getMetadata().getLabels() != null
        && secret.getMetadata().getLabels().containsKey(LABEL)
        && !isOf(secret, environment)
        && secret.getMetadata().getOwnerReferences().stream()
            .anyMatch(
                owner ->
                    owner.getKind().equals(environment.getKind())
                        && owner.getName().equals(environment.getMetadata().getName()));
  }

  /** Whether a Secret has all that it should; what people added is theirs. */
  private static boolean says(Secret secret, Secret wanted) {
    return secret.getData() != null
        && secret.getData().entrySet().containsAll(wanted.getData().entrySet())
        && secret.getMetadata().getLabels() != null
        && secret
            .getMetadata()
            .getLabels()
            .entrySet()
            .containsAll(wanted.getMetadata().getLabels().entrySet());
  }

  static Secret secret(
      Environment environment, DatabaseEndpoint endpoint, Login login, String password) {
    Map<String, String> entries =
        ServiceBinding.entries(
            endpoint.host(),
            endpoint.port(),
            endpoint.database(),
            DatabaseUsers.roleName(endpoint.database(), login.user()),
            password,
            Optional.of(endpoint.sslMode()));
    endpoint.certificates().ifPresent(file -> entries.put("ca.crt", text(file)));
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace(environment.getMetadata().getNamespace())
        .withName(login.secretName())
        .addToLabels("app.kubernetes.io/managed-by", MANAGER)
        .addToLabels("iasql.io/environment", environment.getMetadata().getName())
        .addToLabels(LABEL, login.user())
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion(environment.getApiVersion())
                .withKind(environment.getKind())
                .withName(environment.getMetadata().getName())
                .withUid(environment.getMetadata().getUid())
                .withController(true)
                .build())
        .endMetadata()
        .withType(ServiceBinding.TYPE)
        .withData(encoded(entries))
        .build();
  }

  private static Map<String, String> encoded(Map<String, String> entries) {
    Map<String, String> data = new TreeMap<>();
    entries.forEach(
        (key, value) ->
            data.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return data;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("certificates of the database: " + file, e);
    }
  }
}
