package io.iasql.aws.securitygroup;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class SecurityGroupRuleContractIT extends ResourceContract {
  private static final String WHERE = "from_port = 443 AND security_group_id = " + group("web");

  SecurityGroupRuleContractIT() {
    super(
        Sample.of("security_group_rule")
            .stage(Stage.VPCS)
            .stage(
                "INSERT INTO security_group (group_name, description, region, vpc_id) VALUES"
                    + " ('web', 'web', 'eu-west-1', "
                    + Stage.VPC
                    + "), ('app', 'app', 'eu-west-1', "
                    + Stage.VPC
                    + "), ('other', 'other', 'eu-west-1', "
                    + Stage.OTHER_VPC
                    + ")")
            .stageAbroad(Stage.VPC_ABROAD)
            .stageAbroad(
                "INSERT INTO security_group (group_name, description, region, vpc_id) VALUES"
                    + " ('abroad', 'abroad', 'us-east-1', "
                    + Stage.ABROAD
                    + ")")
            .insert(
                "INSERT INTO security_group_rule (security_group_id, is_egress, ip_protocol,"
                    + " from_port, to_port, cidr_ipv4) VALUES ("
                    + group("web")
                    + ", false, 'tcp', 443, 443, '0.0.0.0/0')",
                WHERE)
            .another(
                "INSERT INTO security_group_rule (security_group_id, is_egress, ip_protocol,"
                    + " source_security_group, description) VALUES ("
                    + group("app")
                    + ", false, '-1', "
                    + group("web")
                    + ", 'from web')",
                "source_security_group = " + group("web"))
            .change("description", "'HTTPS'")
            .nulled("description")
            .replaceBy("is_egress", set("is_egress = true"), WHERE)
            .replaceBy("ip_protocol", set("ip_protocol = 'udp'"), WHERE)
            .replaceBy(
                "from_port",
                set("from_port = 440"),
                "from_port = 440 AND security_group_id = " + group("web"))
            .replaceBy("to_port", set("to_port = 444"), WHERE)
            .replaceBy("cidr_ipv4", set("cidr_ipv4 = '10.0.0.0/8'"), WHERE)
            .replaceBy("cidr_ipv6", set("cidr_ipv4 = NULL, cidr_ipv6 = '::/0'"), WHERE)
            .replaceBy(
                "prefix_list_id", set("cidr_ipv4 = NULL, prefix_list_id = 'pl-6da54004'"), WHERE)
            .replaceBy(
                "source_security_group",
                set("cidr_ipv4 = NULL, source_security_group = " + group("app")),
                WHERE)
            .replaceBy(
                "security_group",
                set("security_group_id = " + group("app")),
                "from_port = 443 AND security_group_id = " + group("app"))
            .replaceBy(
                "region",
                set("region = 'us-east-1', security_group_id = " + group("abroad")),
                "from_port = 443 AND security_group_id = " + group("abroad"))
            .refuse(set("from_port = 500"), "are no range")
            .refuse(set("ip_protocol = 'tcpp'"), "is unknown")
            .refuse(set("cidr_ipv4 = '::/0'"), "is no IPv4 range")
            .refuse(
                set("cidr_ipv4 = NULL, source_security_group = " + group("other")),
                "is in another VPC")
            .refuse(set("description = 'Größe'"), "characters that AWS refuses"));
  }

  private static String set(String change) {
    return "UPDATE security_group_rule SET " + change + " WHERE " + WHERE;
  }

  private static String group(String name) {
    return "(SELECT id FROM security_group WHERE group_name = '" + name + "')";
  }
}
