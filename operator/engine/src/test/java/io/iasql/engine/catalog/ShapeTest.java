package io.iasql.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import org.junit.jupiter.api.Test;

class ShapeTest {
  record Group(@Key @Assigned String groupId, String name) {}

  record Rule(
      @Key @Assigned String ruleId,
      @Identity String range,
      @Identity String list,
      @Identity @Reference("group_id") Group group) {}

  private static boolean isIdentified(Record record) {
    return Shape.of(record.getClass()).isIdentified(Json.ofRecord(record));
  }

  @Test
  void anIdentityWithAnEmptyColumnIdentifies() {
    assertThat(isIdentified(new Rule(null, "10.0.0.0/8", null, new Group("g-1", null)))).isTrue();
    assertThat(isIdentified(new Rule(null, null, "pl-1", null))).isTrue();
  }

  @Test
  void anEmptyIdentityIdentifiesNothing() {
    assertThat(isIdentified(new Rule(null, null, null, null))).isFalse();
  }

  @Test
  void whatIsStillToBeAssignedIdentifiesNothing() {
    assertThat(isIdentified(new Group(null, "web"))).isFalse();
    assertThat(isIdentified(new Rule(null, "10.0.0.0/8", null, new Group(null, "web")))).isFalse();
  }
}
