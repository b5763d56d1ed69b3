package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class DhcpOptionsContractIT extends ResourceContract {
  DhcpOptionsContractIT() {
    super(
        Sample.of("dhcp_options")
            .insert(
                "INSERT INTO dhcp_options (dhcp_configurations) VALUES ('"
                    + domain("one.example.com")
                    + "')",
                named("one.example.com"))
            .another(
                "INSERT INTO dhcp_options (dhcp_configurations, tags) VALUES ('"
                    + domain("two.example.com")
                    + "', '{\"Name\": \"two\"}')",
                named("two.example.com"))
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .nulled("tags")
            .replace(
                "dhcp_configurations",
                "'" + domain("new.example.com") + "'",
                named("new.example.com"))
            .replace("region", "'us-east-1'", named("one.example.com"))
            .refuse(
                "INSERT INTO dhcp_options (dhcp_configurations) VALUES ('{}')", "must be a list")
            .refuse(
                "INSERT INTO dhcp_options (dhcp_configurations) VALUES ('[{\"Key\": \"color\"}]')",
                "has the Key 'color'"));
  }

  private static String domain(String name) {
    return "[{\"Key\": \"domain-name\", \"Values\": [{\"Value\": \"" + name + "\"}]}]";
  }

  private static String named(String name) {
    return "dhcp_configurations::text LIKE '%" + name + "%'";
  }
}
