package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceBindingTest {

  @Test
  void entriesAreThoseOfTheSpecification() {
    assertThat(
            ServiceBinding.entries(
                "db.example.com", 6432, "app", "app.alice", "hush", Optional.empty()))
        .containsOnly(
            entry("type", "postgresql"),
            entry("provider", "iasql"),
            entry("host", "db.example.com"),
            entry("port", "6432"),
            entry("database", "app"),
            entry("username", "app.alice"),
            entry("password", "hush"),
            entry("uri", "postgresql://app.alice:hush@db.example.com:6432/app"));
  }

  @Test
  void theUriHoldsEveryPasswordAndAddress() {
    Map<String, String> entries =
        ServiceBinding.entries("::1", 5432, "a/b", "ö", "p w+@:/?#*%", Optional.of("verify-full"));

    assertThat(entries).containsEntry("password", "p w+@:/?#*%").containsEntry("host", "::1");
    assertThat(entries.get("uri"))
        .isEqualTo(
            "postgresql://%C3%B6:p%20w%2B%40%3A%2F%3F%23%2A%25@[::1]:5432/a%2Fb?sslmode=verify-full");
    URI uri = URI.create(entries.get("uri"));
    assertThat(uri.getUserInfo()).isEqualTo("ö:p w+@:/?#*%");
    assertThat(uri.getPort()).isEqualTo(5432);
  }
}
