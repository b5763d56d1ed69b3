package io.iasql.engine;

import io.iasql.engine.store.UnavailableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values that a transaction's SQL gets by their names. They are bound and never part of a text, and
 * what is secret among them is neither stored nor shown; that goes for {@link #toString}, too.
 */
public final class Parameters {
  /** None. */
  public static final Parameters NONE = new Parameters(Map.of(), Set.of());

  /** A shorter secret is looked for as a whole: it may be part of anything by accident. */
  private static final int TELLING = 6;

  private final SortedMap<String, String> values;
  private final Set<String> secrets;

  private Parameters(Map<String, String> values, Set<String> secrets) {
    this.values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    this.secrets = Set.copyOf(secrets);
  }

  /**
   * Parameters.
   *
   * @param open values that anybody may see
   * @param secret values that nobody may see; an open one of the same name comes first
   */
  public static Parameters of(Map<String, String> open, Map<String, String> secret) {
    Map<String, String> all = new TreeMap<>(secret);
    all.putAll(open);
    Set<String> secrets = new HashSet<>(secret.keySet());
    secrets.removeAll(open.keySet());
    return new Parameters(all, secrets);
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The values by name. */
  public SortedMap<String, String> values() {
    return values;
  }

  /** Whether a parameter's value is a secret. */
  public boolean isSecret(String name) {
    return secrets.contains(name);
  }

  /** The names of the secret ones whose value is, or is part of, a text. */
  public List<String> secretsIn(String text) {
    List<String> found = new ArrayList<>();
    for (String name : secretNames()) {
      String value = values.get(name);
      if (value.length() < TELLING ? text.equals(value) : text.contains(value)) {
        found.add(name);
      }
    }
    return found;
  }

  /** Whether any of them is a secret. */
  public boolean hasSecrets() {
    return !secrets.isEmpty();
  }

  /** A message with the names of secrets in place of their values. */
  public String withoutSecrets(String message) {
    String text = message;
    for (String name : secretNames()) {
      String value = values.get(name);
      String pattern = Pattern.quote(value);
      text =
          Pattern.compile(
                  value.length() < TELLING ? "(?<!\\w)" + pattern + "(?!\\w)" : pattern,
                  Pattern.UNICODE_CHARACTER_CLASS)
              .matcher(text)
              .replaceAll(Matcher.quoteReplacement("(parameter " + name + ")"));
    }
    return text;
  }

  /** The longest value first: one may be part of another. An empty one tells nothing. */
  private List<String> secretNames() {
    return secrets.stream()
        .filter(name -> !values.get(name).isEmpty())
        .sorted(
            Comparator.comparingInt((String name) -> -values.get(name).length())
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Does something whose failure may tell a value, and says it without. */
  public <T> T guarding(Supplier<T> work) {
    if (!hasSecrets()) {
      return work.get();
    }
    try {
      return work.get();
    } catch (InvalidTransactionException e) {
      throw new InvalidTransactionException(
          e.problems().stream().map(this::withoutSecrets).toList());
    } catch (UnavailableException e) {
      // The cause stays: by it a collision with another transaction is told from an outage.
      throw new UnavailableException(withoutSecrets(String.valueOf(e.getMessage())), e.getCause());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Parameters p && values.equals(p.values) && secrets.equals(p.secrets);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** The names. */
  @Override
  public String toString() {
    return "parameters " + values.keySet();
  }
}
