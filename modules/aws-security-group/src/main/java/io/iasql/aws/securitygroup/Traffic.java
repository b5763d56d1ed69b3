package io.iasql.aws.securitygroup;

import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a rule lets through: a protocol and its ports, in the form in which EC2 shows it (data type
 * {@code SecurityGroupRule} of the EC2 API).
 */
record Traffic(String protocol, Integer fromPort, Integer toPort) {
  static final String ALL = "-1";
  private static final int ANY = -1;
  private static final int LAST_PORT = 65535;
  private static final int LAST_PROTOCOL = 255;
  private static final int LAST_ICMP = 255;

  /** EC2 shows these four by name, all others by number. */
  private static final Map<String, String> NAMES =
      Map.of("6", "tcp", "17", "udp", "1", "icmp", "58", "icmpv6", "all", ALL);

  private static final Set<String> WITH_PORTS = Set.of("tcp", "udp");
  private static final Set<String> WITH_TYPES = Set.of("icmp", "icmpv6");

  /** One form for all that mean the same; what cannot be understood stays as it is. */
  static Traffic canonical(String protocol, Integer fromPort, Integer toPort, boolean fromGroup) {
    boolean unbounded = isAny(fromPort) && isAny(toPort);
    if (protocol == null) {
      // Without a protocol ports say nothing to EC2: they must not silently become all traffic.
      boolean absent = fromPort == null && toPort == null && !fromGroup;
      return unbounded && !absent
          ? new Traffic(ALL, ANY, ANY)
          : new Traffic(null, fromPort, toPort);
    }
    String lower = protocol.strip().toLowerCase(Locale.ROOT);
    String name = NAMES.getOrDefault(lower, lower);
    if (WITH_PORTS.contains(name)) {
      return fromGroup && unbounded
          ? new Traffic(name, 0, LAST_PORT)
          : new Traffic(name, fromPort, toPort);
    }
    if (WITH_TYPES.contains(name)) {
      return unbounded ? new Traffic(name, ANY, ANY) : new Traffic(name, fromPort, toPort);
    }
    return new Traffic(name, ANY, ANY);
  }

  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (protocol == null) {
      problems.add(
          new Problem(
              "ip_protocol",
              "ip_protocol is missing although ports are given: write 'tcp' or 'udp', or '-1' for"
                  + " all traffic."));
      return problems;
    }
    if (WITH_PORTS.contains(protocol)) {
      if (!within(fromPort, 0, LAST_PORT) || !within(toPort, 0, LAST_PORT) || fromPort > toPort) {
        problems.add(
            new Problem(
                "from_port",
                "ports "
                    + fromPort
                    + " to "
                    + toPort
                    + " are no range: "
                    + protocol
                    + " needs from_port <= to_port within 0 to "
                    + LAST_PORT
                    + " (0 and 65535 for all)."));
      }
    } else if (WITH_TYPES.contains(protocol)) {
      if (!within(fromPort, ANY, LAST_ICMP)
          || !within(toPort, ANY, LAST_ICMP)
          || (fromPort == ANY && toPort != ANY)) {
        problems.add(
            new Problem(
                "from_port",
                "from_port and to_port of "
                    + protocol
                    + " are type and code, each -1 (all) to 255; all types have all codes."));
      }
    } else if (!protocol.equals(ALL)
        && !(protocol.matches("[0-9]{1,3}") && Integer.parseInt(protocol) <= LAST_PROTOCOL)) {
      problems.add(
          new Problem(
              "ip_protocol",
              "ip_protocol '"
                  + protocol
                  + "' is unknown: write tcp, udp, icmp, icmpv6, a protocol number up to 255, or"
                  + " '-1' for all traffic."));
    }
    return problems;
  }

  private static boolean isAny(Integer port) {
    return port == null || port == ANY;
  }

  private static boolean within(Integer value, int from, int to) {
    return value != null && value >= from && value <= to;
  }
}
