package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.fake.FakeModules;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.junit.jupiter.api.Test;

/** Databases that earlier operators have made. */
class MigrationIT {

  @Test
  void aDatabaseOfTheFirstReleaseIsTakenOver() {
    try (TestEnvironment env = TestEnvironment.fresh()) {
      env.execute("UPDATE iasql.schema_history SET checksum = 773934903 WHERE version = '4'");

      env.engine().prepare(FakeModules.NAMES);

      env.commit("INSERT INTO bucket (name) VALUES ('assets')");
      env.assertRowsEqualCloud();
    }
  }

  @Test
  void aDatabaseThatWasMigratedOtherwiseIsRefused() {
    try (TestEnvironment env = TestEnvironment.fresh()) {
      env.execute("UPDATE iasql.schema_history SET checksum = 1 WHERE version = '4'");

      assertThatThrownBy(() -> env.engine().prepare(FakeModules.NAMES))
          .isInstanceOf(FlywayValidateException.class)
          .hasMessageContaining("checksum mismatch for migration version 4");
    }
  }
}
