package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class ElasticIpContractIT extends ResourceContract {
  ElasticIpContractIT() {
    super(
        Sample.of("elastic_ip")
            .insert(
                "INSERT INTO elastic_ip (tags) VALUES ('{\"Name\": \"one\"}')",
                "coalesce(tags ->> 'Name', 'one') = 'one'")
            .another(
                "INSERT INTO elastic_ip (tags) VALUES ('{\"Name\": \"two\"}')",
                "tags ->> 'Name' = 'two'")
            .unpaged("DescribeAddresses has no pages")
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .nulled("tags")
            .replace("region", "'us-east-1'", "tags ->> 'Name' = 'one'")
            .refuse("UPDATE elastic_ip SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }
}
