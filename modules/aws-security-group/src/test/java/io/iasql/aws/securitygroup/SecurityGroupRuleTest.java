package io.iasql.aws.securitygroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.aws.vpc.PeeringConnection;
import io.iasql.aws.vpc.Vpc;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecurityGroupRuleTest {
  private static final String REGION = "eu-west-1";
  private static final Vpc VPC = vpc("vpc-1");
  private static final SecurityGroup GROUP = group("web", "sg-1", VPC);
  private static final SecurityGroup SOURCE = group("app", "sg-2", VPC);

  @ParameterizedTest
  @CsvSource({
    // protocol, from, to, from a group, and how EC2 shows it
    "TCP, 443, 443, false, tcp, 443, 443",
    "6, 0, 0, false, tcp, 0, 0",
    "17, 53, 53, false, udp, 53, 53",
    "1, -1, -1, false, icmp, -1, -1",
    "58, 128, 0, false, icmpv6, 128, 0",
    "-1, 0, 65535, false, -1, -1, -1",
    "all, , , false, -1, -1, -1",
    "50, 1, 2, false, 50, -1, -1",
    ", -1, -1, false, -1, -1, -1",
    ", , , true, -1, -1, -1",
    ", 22, 22, false, , 22, 22",
    "tcp, , , true, tcp, 0, 65535",
    "udp, -1, -1, true, udp, 0, 65535",
    "tcp, -1, -1, false, tcp, -1, -1",
    "icmp, , , true, icmp, -1, -1",
    "tcp, 5432, 5432, true, tcp, 5432, 5432",
    ", , , false, , ,"
  })
  void trafficIsReadAsEc2ShowsIt(
      String protocol,
      Integer from,
      Integer to,
      boolean fromGroup,
      String shownProtocol,
      Integer shownFrom,
      Integer shownTo) {
    assertThat(Traffic.canonical(protocol, from, to, fromGroup))
        .isEqualTo(new Traffic(shownProtocol, shownFrom, shownTo));
  }

  @Test
  void theWholeInternetBesideASourceGroupMeansNobody() {
    assertThat(rule("tcp", 22, 22, "0.0.0.0/0", null, null, SOURCE).cidrIpv4()).isNull();
    assertThat(rule("tcp", 22, 22, "0.0.0.0/0", null, null, null).cidrIpv4())
        .isEqualTo("0.0.0.0/0");
  }

  @Test
  void aRowWithTwoSourcesStandsForTheFirst() {
    SecurityGroupRule first = rule("tcp", 80, 80, "10.0.0.0/8", "::/0", "pl-1", null).first();

    assertThat(first.cidrIpv4()).isEqualTo("10.0.0.0/8");
    assertThat(first.cidrIpv6()).isNull();
    assertThat(first.prefixListId()).isNull();
  }

  @Test
  void soundRulesPass() {
    assertThat(problems(rule("tcp", 0, 65535, "10.0.0.0/8", null, null, null))).isEmpty();
    assertThat(problems(rule("icmp", 8, -1, null, "::/0", null, null))).isEmpty();
    assertThat(problems(rule("-1", 22, 22, null, null, "pl-1", null))).isEmpty();
    assertThat(problems(rule(null, null, null, null, null, null, SOURCE))).isEmpty();
    assertThat(problems(rule("tcp", null, null, null, null, null, GROUP))).isEmpty();
  }

  @Test
  void wrongRulesAreRefusedWithAReason() {
    assertThat(problems(rule("tcp", 10, 1, "10.0.0.0/8", null, null, null)))
        .containsExactly(
            "from_port: ports 10 to 1 are no range: tcp needs from_port <= to_port within 0 to"
                + " 65535 (0 and 65535 for all).");
    assertThat(problems(rule("tcp", -1, -1, "10.0.0.0/8", null, null, null))).hasSize(1);
    assertThat(problems(rule("icmp", -1, 3, "10.0.0.0/8", null, null, null))).hasSize(1);
    assertThat(problems(rule("256", -1, -1, "10.0.0.0/8", null, null, null))).hasSize(1);
    assertThat(problems(rule(null, 22, 22, "10.0.0.0/8", null, null, null)))
        .containsExactly(
            "ip_protocol: ip_protocol is missing although ports are given: write 'tcp' or 'udp',"
                + " or '-1' for all traffic.");
    assertThat(problems(rule("tcp", 22, 22, null, null, null, null))).hasSize(1);
    assertThat(problems(rule("tcp", 22, 22, "::/0", null, null, null)))
        .containsExactly("cidr_ipv4: cidr_ipv4 ::/0 is no IPv4 range; use cidr_ipv6 for IPv6.");
    assertThat(problems(rule("tcp", 22, 22, null, null, "list", null))).hasSize(1);
  }

  @Test
  void sourceGroupsAreInTheVpcOrAPeeredOne() {
    Vpc other = vpc("vpc-2");
    SecurityGroupRule rule = rule("tcp", 22, 22, null, null, null, group("app", "sg-2", other));

    assertThat(problems(rule))
        .containsExactly(
            "source_security_group: source_security_group sg-2 (app) is in another VPC than"
                + " security group sg-1 (web), and the VPCs are not peered.");
    assertThat(problems(rule, new PeeringConnection("pcx-1", null, null, other, VPC))).isEmpty();
  }

  @Test
  void descriptionsHaveTheirCharacters() {
    SecurityGroupRule rule =
        new SecurityGroupRule(
            null, false, "tcp", 22, 22, "10.0.0.0/8", null, null, "größe?", REGION, GROUP, null);

    assertThat(problems(rule)).singleElement().asString().startsWith("description: ");
  }

  @Test
  void anEmptyDescriptionIsNone() {
    assertThat(described("")).isEqualTo(described(null)).isNotEqualTo(described("HTTPS"));
  }

  private static SecurityGroupRule described(String description) {
    return new SecurityGroupRule(
        null, false, "tcp", 22, 22, "10.0.0.0/8", null, null, description, REGION, GROUP, null);
  }

  private static List<String> problems(SecurityGroupRule rule, Record... planned) {
    PlannedRows rows =
        new PlannedRows() {
          @Override
          public <T extends Record> Stream<T> referringTo(Class<T> type, Record target) {
            return Stream.of(planned).filter(type::isInstance).map(type::cast);
          }
        };
    return new SecurityGroupRules()
        .validate(rule, rows).stream().map(SecurityGroupRuleTest::text).toList();
  }

  private static String text(Problem problem) {
    return problem.column() + ": " + problem.message();
  }

  private static SecurityGroupRule rule(
      String protocol,
      Integer from,
      Integer to,
      String cidrIpv4,
      String cidrIpv6,
      String prefixList,
      SecurityGroup source) {
    return new SecurityGroupRule(
        null,
        false,
        protocol,
        from,
        to,
        cidrIpv4,
        cidrIpv6,
        prefixList,
        null,
        REGION,
        GROUP,
        source);
  }

  private static SecurityGroup group(String name, String id, Vpc vpc) {
    return new SecurityGroup("d", name, null, id, REGION, vpc);
  }

  private static Vpc vpc(String id) {
    return new Vpc(id, "10.0.0.0/16", "available", false, false, false, false, null, REGION, null);
  }
}
