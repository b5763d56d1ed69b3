package io.iasql.aws.s3;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class BucketContractIT extends ResourceContract {
  BucketContractIT() {
    super(
        Sample.of("bucket")
            .insert("INSERT INTO bucket (name) VALUES ('assets-{id}')", "name = 'assets-{id}'")
            .another(
                "INSERT INTO bucket (name, tags) VALUES ('logs-{id}', '{\"team\": \"web\"}')",
                "name = 'logs-{id}'")
            .change(
                "policy",
                "'{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Deny\","
                    + " \"Principal\": \"*\", \"Action\": \"s3:DeleteBucket\", \"Resource\":"
                    + " \"arn:aws:s3:::assets-{id}\"}]}'")
            .change("tags", "'{\"team\": \"web\", \"cost\": \"low\"}'")
            .nulled("policy")
            .nulled("tags")
            .fixed("name", "'other-{id}'", "cannot be changed")
            .fixed("region", "'us-east-1'", "cannot be changed")
            .refuse("INSERT INTO bucket (name) VALUES ('Assets')", "name")
            .refuse("UPDATE bucket SET policy = '{\"Statement\": 7}'", "policy")
            .refuse("UPDATE bucket SET tags = '{\"aws:me\": \"too\"}'", "AWS reserves tags"));
  }
}
