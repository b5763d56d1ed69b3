package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EmbeddedDatabaseTest {

  @Test
  void longNamesStayApart() {
    String namespace = "n".repeat(63);

    String one = EmbeddedDatabase.databaseName(namespace, "one");
    String two = EmbeddedDatabase.databaseName(namespace, "two");

    assertThat(one).hasSize(63).isNotEqualTo(two);
    assertThat(two).hasSize(63);
  }
}
