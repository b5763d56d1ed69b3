package io.iasql.aws.vpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.spi.PlannedRows;
import java.util.List;
import java.util.stream.Stream;

/** Rows as a plan would hold them. */
final class Rows {
  static final String REGION = "eu-west-1";

  private Rows() {}

  static Vpc vpc(String id, String cidrBlock) {
    return vpc(id, cidrBlock, false);
  }

  static Vpc vpc(String id, String cidrBlock, boolean isDefault) {
    return new Vpc(id, cidrBlock, "available", isDefault, false, false, false, null, REGION, null);
  }

  static Subnet subnet(String id, String cidrBlock, Vpc vpc, String zone) {
    return new Subnet(
        null,
        null,
        cidrBlock,
        id,
        null,
        null,
        REGION,
        new AvailabilityZone(zone, REGION),
        vpc,
        null);
  }

  static Subnet subnet(String id, String cidrBlock, Vpc vpc) {
    return subnet(id, cidrBlock, vpc, "eu-west-1a");
  }

  static RouteTable table(Vpc vpc, boolean isMain) {
    return new RouteTable("rtb-1", null, REGION, vpc, isMain);
  }

  /** All rows refer to the row in question. */
  static PlannedRows planned(Record... rows) {
    return new PlannedRows() {
      @Override
      public <T extends Record> Stream<T> referringTo(Class<T> type, Record target) {
        return Stream.of(rows).filter(type::isInstance).map(type::cast);
      }
    };
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static List<String> messages(List<io.iasql.spi.Problem> problems) {
    return problems.stream().map(problem -> problem.column() + ": " + problem.message()).toList();
  }
}
