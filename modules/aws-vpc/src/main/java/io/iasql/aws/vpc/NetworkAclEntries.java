package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.IcmpTypeCode;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;
import software.amazon.awssdk.services.ec2.model.PortRange;

/**
 * The JSON of {@code network_acl.entries}, in the shape of DescribeNetworkAcls: {@code [{"Egress":
 * false, "RuleNumber": 100, "Protocol": "6", "PortRange": {"From": 443, "To": 443}, "CidrBlock":
 * "0.0.0.0/0", "RuleAction": "allow"}]}.
 */
final class NetworkAclEntries {
  private static final String COLUMN = "entries";

  /** The highest number for rules of one's own (CreateNetworkAclEntry). */
  private static final int LAST_RULE = 32766;

  /** Every ICMP type or code; also what EC2 means where it shows none. */
  private static final int ALL = -1;

  private static final int LAST_PORT = 65535;
  private static final int LAST_PROTOCOL = 255;
  private static final Map<String, String> PROTOCOLS =
      Map.of("tcp", "6", "udp", "17", "icmp", "1", "icmpv6", "58", "all", "-1");
  private static final Set<String> WITH_PORTS = Set.of("6", "17");
  private static final Set<String> WITH_ICMP_TYPE = Set.of("1", "58");

  private NetworkAclEntries() {}

  /** What identifies an entry of an ACL. */
  record Position(boolean egress, int ruleNumber) implements Comparable<Position> {
    static Position of(NetworkAclEntry entry) {
      return new Position(Boolean.TRUE.equals(entry.egress()), entry.ruleNumber());
    }

    @Override
    public int compareTo(Position other) {
      int direction = Boolean.compare(egress, other.egress);
      return direction != 0 ? direction : Integer.compare(ruleNumber, other.ruleNumber);
    }
  }

  /**
   * One form for all documents that mean the same, no entries being an empty list; one that cannot
   * be understood stays as is.
   */
  static JsonNode canonical(JsonNode json) {
    if (json == null || json.isNull() || json.isMissingNode()) {
      return JsonNodeFactory.instance.arrayNode();
    }
    return problems(json).isEmpty() ? of(byPosition(json).values()) : json;
  }

  /** The entries in canonical form, without those that every ACL ends with. */
  static JsonNode of(Collection<NetworkAclEntry> entries) {
    Map<Position, NetworkAclEntry> own = new TreeMap<>();
    entries.stream()
        .filter(e -> e.ruleNumber() != null && e.ruleNumber() <= LAST_RULE)
        .forEach(e -> own.put(Position.of(e), e));
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    own.values().forEach(entry -> result.add(json(entry)));
    return result;
  }

  /** The entries by what identifies them. */
  static Map<Position, NetworkAclEntry> byPosition(JsonNode json) {
    Map<Position, NetworkAclEntry> result = new TreeMap<>();
    for (JsonNode node : json) {
      NetworkAclEntry entry = entry(node);
      result.put(Position.of(entry), entry);
    }
    return result;
  }

  static List<Problem> problems(JsonNode json) {
    if (!json.isArray()) {
      return List.of(problem("must be a list of network ACL entries"));
    }
    List<Problem> problems = new ArrayList<>();
    Set<Position> seen = new HashSet<>();
    for (JsonNode node : json) {
      if (!node.path("RuleNumber").isInt()
          || node.path("RuleNumber").asInt() < 1
          || node.path("RuleNumber").asInt() > LAST_RULE) {
        problems.add(
            problem("has an entry whose RuleNumber is not one of 1 to " + LAST_RULE + ": " + node));
        continue;
      }
      entryProblem(node)
          .ifPresent(text -> problems.add(problem("rule " + node.path("RuleNumber") + " " + text)));
      if (!seen.add(
          new Position(node.path("Egress").asBoolean(), node.path("RuleNumber").asInt()))) {
        problems.add(
            problem(
                "has two "
                    + (node.path("Egress").asBoolean() ? "egress" : "ingress")
                    + " rules with RuleNumber "
                    + node.path("RuleNumber")));
      }
    }
    return problems;
  }

  private static Optional<String> entryProblem(JsonNode node) {
    if (!node.path("Egress").isBoolean()) {
      return Optional.of("needs Egress: true or false");
    }
    if (!Set.of("allow", "deny").contains(node.path("RuleAction").asText())) {
      return Optional.of("needs RuleAction: allow or deny");
    }
    String protocol = protocol(node);
    if (!protocol.matches("-1|[0-9]{1,3}") || Integer.parseInt(protocol) > LAST_PROTOCOL) {
      return Optional.of("needs Protocol: a protocol number, or -1 for all, as text");
    }
    boolean v4 = node.hasNonNull("CidrBlock");
    boolean v6 = node.hasNonNull("Ipv6CidrBlock");
    if (v4 == v6) {
      return Optional.of("needs either CidrBlock or Ipv6CidrBlock");
    }
    String range = node.path(v4 ? "CidrBlock" : "Ipv6CidrBlock").asText();
    if (Cidr.parse(range).filter(cidr -> cidr.isIpv4() == v4).isEmpty()) {
      return Optional.of("has '" + range + "', which is no " + (v4 ? "IPv4" : "IPv6") + " range");
    }
    JsonNode ports = node.path("PortRange");
    if (WITH_PORTS.contains(protocol)
        && !(isPort(ports.path("From"))
            && isPort(ports.path("To"))
            && ports.path("From").asInt() <= ports.path("To").asInt())) {
      return Optional.of("needs PortRange: {From, To} within 0 to " + LAST_PORT);
    }
    JsonNode icmp = node.path("IcmpTypeCode");
    if (WITH_ICMP_TYPE.contains(protocol)
        && icmp.isObject()
        && !(icmp.path("Type").isInt() && icmp.path("Code").isInt())) {
      return Optional.of("needs whole numbers in IcmpTypeCode: {Type, Code}, -1 for all");
    }
    return Optional.empty();
  }

  private static boolean isPort(JsonNode node) {
    return node.isInt() && node.asInt() >= 0 && node.asInt() <= LAST_PORT;
  }

  private static String protocol(JsonNode node) {
    String text = node.path("Protocol").asText().toLowerCase(Locale.ROOT);
    return PROTOCOLS.getOrDefault(text, text);
  }

  private static NetworkAclEntry entry(JsonNode node) {
    String protocol = protocol(node);
    NetworkAclEntry.Builder entry =
        NetworkAclEntry.builder()
            .egress(node.path("Egress").asBoolean())
            .ruleNumber(node.path("RuleNumber").asInt())
            .ruleAction(node.path("RuleAction").asText())
            .protocol(protocol);
    if (node.hasNonNull("CidrBlock")) {
      entry.cidrBlock(Cidr.canonical(node.path("CidrBlock").asText()));
    } else {
      entry.ipv6CidrBlock(Cidr.canonical(node.path("Ipv6CidrBlock").asText()));
    }
    // For other protocols EC2 ignores both.
    if (WITH_PORTS.contains(protocol)) {
      JsonNode ports = node.path("PortRange");
      entry.portRange(
          PortRange.builder()
              .from(ports.path("From").asInt())
              .to(ports.path("To").asInt())
              .build());
    }
    if (WITH_ICMP_TYPE.contains(protocol)) {
      JsonNode icmp = node.path("IcmpTypeCode");
      entry.icmpTypeCode(
          IcmpTypeCode.builder()
              .type(icmp.path("Type").asInt(ALL))
              .code(icmp.path("Code").asInt(ALL))
              .build());
    }
    return entry.build();
  }

  private static ObjectNode json(NetworkAclEntry entry) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (entry.cidrBlock() != null) {
      node.put("CidrBlock", Cidr.canonical(entry.cidrBlock()));
    } else {
      node.put("Ipv6CidrBlock", Cidr.canonical(entry.ipv6CidrBlock()));
    }
    node.put("Egress", Boolean.TRUE.equals(entry.egress()));
    if (WITH_ICMP_TYPE.contains(entry.protocol())) {
      IcmpTypeCode icmp = entry.icmpTypeCode();
      node.putObject("IcmpTypeCode")
          .put("Code", icmp == null || icmp.code() == null ? ALL : icmp.code())
          .put("Type", icmp == null || icmp.type() == null ? ALL : icmp.type());
    }
    if (WITH_PORTS.contains(entry.protocol()) && entry.portRange() != null) {
      node.putObject("PortRange")
          .put("From", entry.portRange().from())
          .put("To", entry.portRange().to());
    }
    node.put("Protocol", entry.protocol());
    node.put("RuleAction", entry.ruleActionAsString());
    node.put("RuleNumber", entry.ruleNumber());
    return node;
  }

  private static Problem problem(String message) {
    return new Problem(COLUMN, COLUMN + " " + message + ".");
  }
}
