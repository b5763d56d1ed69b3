package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.json;
import static io.iasql.aws.vpc.Rows.messages;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

class DocumentsTest {

  @Test
  void entriesThatMeanTheSameAreEqual() {
    JsonNode mine =
        NetworkAclEntries.canonical(
            json(
                "[{'Egress': true, 'RuleNumber': 1, 'Protocol': 'all', 'CidrBlock': '10.1.2.3/8',"
                    + " 'RuleAction': 'deny', 'PortRange': {'From': 1, 'To': 2}},"
                    + " {'RuleAction': 'allow', 'Egress': false, 'RuleNumber': 2, 'Protocol':"
                    + " 'tcp', 'Ipv6CidrBlock': '::/0', 'PortRange': {'To': 2, 'From': 1}}]"));
    JsonNode theirs =
        NetworkAclEntries.canonical(
            json(
                "[{'Ipv6CidrBlock': '0::/0', 'Egress': false, 'PortRange': {'From': 1, 'To': 2},"
                    + " 'Protocol': '6', 'RuleAction': 'allow', 'RuleNumber': 2},"
                    + " {'CidrBlock': '10.0.0.0/8', 'Egress': true, 'Protocol': '-1', 'RuleAction':"
                    + " 'deny', 'RuleNumber': 1}]"));

    assertThat(mine).isEqualTo(theirs);
    assertThat(NetworkAclEntries.of(NetworkAclEntries.byPosition(mine).values())).isEqualTo(mine);
    assertThat(NetworkAclEntries.canonical(null)).isEqualTo(json("[]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[1]",
        "[{'Egress': false, 'RuleNumber': 32767, 'Protocol': '-1', 'CidrBlock': '0.0.0.0/0',"
            + " 'RuleAction': 'deny'}]",
        "[{'RuleNumber': 1, 'Protocol': '-1', 'CidrBlock': '0.0.0.0/0', 'RuleAction': 'deny'}]",
        "[{'Egress': false, 'RuleNumber': 1, 'Protocol': '-1', 'CidrBlock': '0.0.0.0/0',"
            + " 'RuleAction': 'drop'}]",
        "[{'Egress': false, 'RuleNumber': 1, 'Protocol': 'x', 'CidrBlock': '0.0.0.0/0',"
            + " 'RuleAction': 'deny'}]",
        "[{'Egress': false, 'RuleNumber': 1, 'Protocol': '6', 'CidrBlock': '0.0.0.0/0',"
            + " 'RuleAction': 'deny'}]",
        "[{'Egress': false, 'RuleNumber': 1, 'Protocol': '-1', 'CidrBlock': '0.0.0.0/0',"
            + " 'Ipv6CidrBlock': '::/0', 'RuleAction': 'deny'}]",
        "[{'Egress': false, 'RuleNumber': 1, 'Protocol': '-1', 'CidrBlock': '::/0',"
            + " 'RuleAction': 'deny'}]",
        "[{'Egress': false, 'RuleNumber': 1, 'Protocol': '1', 'CidrBlock': '0.0.0.0/0',"
            + " 'IcmpTypeCode': {'Type': 8}, 'RuleAction': 'deny'}]"
      })
  void wrongEntriesAreRefusedAndKeptAsTheyAre(String entries) {
    assertThat(NetworkAclEntries.problems(json(entries))).isNotEmpty();
    assertThat(NetworkAclEntries.canonical(json(entries))).isEqualTo(json(entries));
  }

  @Test
  void oneNumberIsUsedOncePerDirection() {
    String rule =
        "{'Egress': %s, 'RuleNumber': 1, 'Protocol': '-1', 'CidrBlock': '0.0.0.0/0',"
            + " 'RuleAction': 'deny'}";

    assertThat(
            messages(
                NetworkAclEntries.problems(
                    json("[" + rule.formatted(true) + "," + rule.formatted(true) + "]"))))
        .containsExactly("entries: entries has two egress rules with RuleNumber 1.");
    assertThat(
            NetworkAclEntries.problems(
                json("[" + rule.formatted(true) + "," + rule.formatted(false) + "]")))
        .isEmpty();
  }

  @Test
  void dhcpValuesMayBePlainTexts() {
    assertThat(
            DhcpConfigurations.canonical(
                json(
                    "[{'Key': 'ntp-servers', 'Values': ['10.0.0.1', '10.0.0.2']}, {'Key':"
                        + " 'domain-name', 'Values': [{'Value': 'example.com'}]}]")))
        .isEqualTo(
            json(
                "[{'Key': 'domain-name', 'Values': [{'Value': 'example.com'}]}, {'Key':"
                    + " 'ntp-servers', 'Values': [{'Value': '10.0.0.1'}, {'Value':"
                    + " '10.0.0.2'}]}]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "[{'Key': 'color', 'Values': ['red']}]",
        "[{'Key': 'domain-name', 'Values': []}]",
        "[{'Key': 'domain-name', 'Values': [{}]}]",
        "[{'Key': 'domain-name', 'Values': ['a']}, {'Key': 'domain-name', 'Values': ['b']}]"
      })
  void wrongDhcpConfigurationsAreRefused(String configurations) {
    assertThat(DhcpConfigurations.problems(json(configurations))).isNotEmpty();
  }

  @Test
  void aNullPolicyIsNone() {
    JsonNode none = json("null");

    assertThat(new EndpointGateway(null, "s3", none, null, null, null, null, null).policy())
        .isNull();
    assertThat(
            new EndpointInterface(null, "lambda", none, null, null, null, null, null, null, null)
                .policy())
        .isNull();
    assertThat(DhcpConfigurations.canonical(none)).isNull();
    assertThat(NetworkAclEntries.canonical(none)).isEqualTo(json("[]"));
  }

  @Test
  void endpointServicesHaveShortNames() {
    assertThat(shortName(VpcEndpointType.GATEWAY, "com.amazonaws.us-gov-west-1.s3"))
        .isEqualTo("s3");
    assertThat(shortName(VpcEndpointType.INTERFACE, "cn.com.amazonaws.cn-north-1.ecs"))
        .isEqualTo("ecs");
    assertThat(shortName(VpcEndpointType.INTERFACE, "com.amazonaws.s3-global.accesspoint"))
        .isEqualTo("s3-global.accesspoint");
    assertThat(shortName(VpcEndpointType.INTERFACE, "com.amazonaws.eu-west-1.ecr.api"))
        .isEqualTo("ecr");
    assertThat(shortName(VpcEndpointType.INTERFACE, "com.amazonaws.eu-west-1.ecr.dkr"))
        .isEqualTo("ecr.dkr");
    assertThat(shortName(VpcEndpointType.INTERFACE, "com.amazonaws.eu-west-1.kms")).isEmpty();
    assertThat(shortName(VpcEndpointType.INTERFACE, "com.amazonaws.vpce.eu-west-1.vpce-svc-1"))
        .isEmpty();
  }

  private static String shortName(VpcEndpointType type, String fullName) {
    return EndpointServices.shortName(type, fullName).orElse("");
  }
}
