package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A database's login as a Secret of type {@code servicebinding.io/postgresql} has it (Service
 * Binding Specification for Kubernetes, "Well-known Secret Entries"). Also takes the names that
 * CloudNativePG's Secrets have.
 */
public final class ServiceBinding {
  /** The type of the Secret. */
  public static final String TYPE = "servicebinding.io/postgresql";

  private final Map<String, String> data;

  private ServiceBinding(Map<String, String> data) {
    this.data = data;
  }

  /**
   * The entries of a Secret.
   *
   * @param sslMode as libpq names it; empty where nothing is known
   */
  public static Map<String, String> entries(
      String host,
      int port,
      String database,
      String username,
      String password,
      Optional<String> sslMode) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("type", "postgresql");
    entries.put("provider", "iasql");
    entries.put("host", host);
    entries.put("port", Integer.toString(port));
    entries.put("database", database);
    entries.put("username", username);
    entries.put("password", password);
    sslMode.ifPresent(mode -> entries.put("sslmode", mode));
    entries.put(
        "uri",
        "postgresql://%s:%s@%s:%d/%s%s"
            .formatted(
                encoded(username),
                encoded(password),
                host.contains(":") ? "[" + host + "]" : host,
                port,
                encoded(database),
                sslMode.map(mode -> "?sslmode=" + encoded(mode)).orElse("")));
    return entries;
  }

  /** As RFC 3986, section 2.1, has it; the library's own way is that of HTML forms. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }

  /** What the Secret says. */
  public static ServiceBinding of(Secret secret) {
    return new ServiceBinding(secret.getData() == null ? Map.of() : secret.getData());
  }

  Optional<String> host() {
    return value("host");
  }

  Optional<String> port() {
    return value("port");
  }

  Optional<String> database() {
    return value("database").or(() -> value("dbname"));
  }

  Optional<String> username() {
    return value("username").or(() -> value("user"));
  }

  /** The password, without white space at its ends; empty when there is none. */
  public Optional<String> password() {
    return value("password");
  }

  Optional<String> sslMode() {
    return value("sslmode");
  }

  Optional<String> certificates() {
    return value("ca.crt");
  }

  /** The keys without which there is no logging in, of those that are not there. */
  List<String> missing() {
    Map<String, Optional<String>> needed = new LinkedHashMap<>();
    needed.put("host", host());
    needed.put("database", database());
    needed.put("username", username());
    needed.put("password", password());
    return needed.entrySet().stream()
        .filter(entry -> entry.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  private Optional<String> value(String key) {
    return Optional.ofNullable(data.get(key))
        .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
