package io.iasql.engine.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.login.DatabaseUser.Access;
import org.junit.jupiter.api.Test;

class DatabaseUserTest {

  @Test
  void doesNotTellThePassword() {
    assertThat(new DatabaseUser("alice", Access.READER, "hunter2")).hasToString("alice, READER");
  }

  @Test
  void aNameWithADotCouldBeAnotherDatabasesUser() {
    assertThatThrownBy(() -> new DatabaseUser("staging.alice", Access.READER, "hunter2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("staging.alice")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void nobodyLogsInWithoutAPassword() {
    assertThatThrownBy(() -> new DatabaseUser("alice", Access.READER, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("alice");
  }
}
