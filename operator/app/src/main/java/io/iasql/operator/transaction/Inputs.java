package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.Parameters;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.plan.Draft;
import io.iasql.operator.environment.DeclaredGuards;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a SqlTransaction would do now: its own text or a ConfigMap's, with its parameters, or the
 * undoing of another transaction.
 */
final class Inputs {

  /** Something that the spec refers to is not there, or is not what is needed. */
  static final class MissingInputException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingInputException(String message) {
      super(message);
    }
  }

  /** The spec refers to a Secret that is no parameter. */
  static final class ReservedInputException extends Exception {
    private static final long serialVersionUID = 1L;

    ReservedInputException(String message) {
      super(message);
    }
  }

  private final SqlTransactionSpec spec;
  private final Function<String, Optional<ConfigMap>> configMaps;
  private final Function<String, Optional<Secret>> secrets;
  private final Function<Secret, Optional<String>> reserved;

  private Inputs(
      SqlTransactionSpec spec,
      Function<String, Optional<ConfigMap>> configMaps,
      Function<String, Optional<Secret>> secrets,
      Function<Secret, Optional<String>> reserved) {
    this.spec = spec;
    this.configMaps = configMaps;
    this.secrets = secrets;
    this.reserved = reserved;
  }

  /** The ConfigMaps that a transaction refers to. */
  static List<String> configMapNames(SqlTransaction transaction) {
    return Optional.ofNullable(transaction.getSpec().sqlFrom())
        .map(source -> source.configMapKeyRef().name())
        .stream()
        .toList();
  }

  /** The Secrets that a transaction refers to. */
  static List<String> secretNames(SqlTransaction transaction) {
    return transaction.getSpec().parametersFrom().stream()
        .map(source -> source.secretRef().name())
        .distinct()
        .toList();
  }

  /**
   * What the transaction would do.
   *
   * @param namespace its namespace
   * @param configMaps looks up a ConfigMap of its namespace
   * @param secrets looks up a Secret of its namespace
   * @param reserved what a Secret is for, if that is something else than parameters
   * @throws MissingInputException when that cannot be said before a person does something
   * @throws ReservedInputException when a Secret is for something else
   */
  static Draft of(
      String namespace,
      SqlTransactionSpec spec,
      Function<String, Optional<ConfigMap>> configMaps,
      Function<String, Optional<Secret>> secrets,
      Function<Secret, Optional<String>> reserved)
      throws MissingInputException, ReservedInputException {
    Inputs inputs = new Inputs(spec, configMaps, secrets, reserved);
    List<Assertion> assertions = DeclaredGuards.assertions(spec.assertions());
    if (spec.undoOf() != null) {
      return new Draft.Undo(Keys.of(namespace, spec.undoOf().name()), assertions);
    }
    return new Draft.Statements(inputs.sql(), inputs.parameters(), assertions);
  }

  private String sql() throws MissingInputException {
    if (spec.sqlFrom() == null) {
      return spec.sql();
    }
    SqlTransactionSpec.ConfigMapKey source = spec.sqlFrom().configMapKeyRef();
    Optional<ConfigMap> found = configMaps.apply(source.name());
    if (found.isEmpty()) {
      throw new MissingInputException(
          "ConfigMap %s, which spec.sqlFrom names, does not exist: create it in this namespace with key %s."
              .formatted(source.name(), source.key()));
    }
    String sql =
        Objects.requireNonNullElse(found.get().getData(), Map.<String, String>of())
            .get(source.key());
    if (sql == null || sql.isBlank()) {
      throw new MissingInputException(
          "ConfigMap %s has no SQL under key %s: add it, or name another key in spec.sqlFrom."
              .formatted(source.name(), source.key()));
    }
    return sql;
  }

  private Parameters parameters() throws MissingInputException, ReservedInputException {
    Map<String, String> secret = new TreeMap<>();
    for (SqlTransactionSpec.ParametersSource source : spec.parametersFrom()) {
      String name = source.secretRef().name();
      Optional<Secret> found = secrets.apply(name);
      if (found.isEmpty()) {
        throw new MissingInputException(
            "Secret %s, which spec.parametersFrom names, does not exist: create it in this namespace."
                .formatted(name));
      }
      Optional<String> use = reserved.apply(found.get());
      if (use.isPresent()) {
        throw new ReservedInputException(
            "Secret %s, which spec.parametersFrom names, is %s and is never given to SQL: put what the SQL needs into another Secret."
                .formatted(name, use.get()));
      }
      Map<String, String> data =
          Objects.requireNonNullElse(found.get().getData(), Map.<String, String>of());
      for (Map.Entry<String, String> entry : data.entrySet()) {
        secret.put(entry.getKey(), text(name, entry.getKey(), entry.getValue()));
      }
    }
    Map<String, String> open = new TreeMap<>();
    spec.parameters().forEach(parameter -> open.put(parameter.name(), parameter.value()));
    return Parameters.of(open, secret);
  }

  private static String text(String secret, String key, String value) throws MissingInputException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Base64.getDecoder().decode(value)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MissingInputException(
          "Key %s of Secret %s is not text in UTF-8, so it cannot be a parameter: encode it, or take it out."
              .formatted(key, secret));
    }
  }
}
