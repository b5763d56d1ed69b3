package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class VpcContractIT extends ResourceContract {
  VpcContractIT() {
    super(
        Sample.of("vpc")
            // LocalStack deletes the DHCP options of a VPC with it.
            .leavesTraces()
            .stage(
                "INSERT INTO dhcp_options (dhcp_configurations) VALUES ('[{\"Key\":"
                    + " \"domain-name\", \"Values\": [{\"Value\": \"example.com\"}]}]')")
            .insert(
                "INSERT INTO vpc (cidr_block) VALUES ('10.0.0.0/16')", "cidr_block = '10.0.0.0/16'")
            .another(
                "INSERT INTO vpc (cidr_block, enable_dns_support, enable_dns_hostnames, tags)"
                    + " VALUES ('10.1.0.0/16', true, true, '{\"Name\": \"other\"}')",
                "cidr_block = '10.1.0.0/16'")
            .change("enable_dns_support", "true")
            .change("enable_dns_hostnames", "true")
            .change("enable_network_address_usage_metrics", "true")
            .change("tags", "'{\"Name\": \"main\", \"team\": \"net\"}'")
            .changeBy(
                "dhcp_options",
                "UPDATE vpc SET dhcp_options_id = (SELECT id FROM dhcp_options WHERE"
                    + " dhcp_configurations::text LIKE '%example.com%')"
                    + " WHERE cidr_block = '10.0.0.0/16'")
            .nulled("tags")
            .nulledBy(
                "dhcp_options",
                "UPDATE vpc SET dhcp_options_id = NULL WHERE cidr_block = '10.0.0.0/16'")
            .replace("cidr_block", "'10.7.0.0/16'", "cidr_block = '10.7.0.0/16'")
            // What comes with a VPC cannot follow it into another region.
            .fixed("region", "'us-east-1'", "violates foreign key constraint")
            .refuse("INSERT INTO vpc (cidr_block) VALUES ('10.0.0.0/8')", "cidr_block")
            .refuse("INSERT INTO vpc (cidr_block) VALUES ('10.0.0/16')", "cidr_block")
            .refuse("UPDATE vpc SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }
}
