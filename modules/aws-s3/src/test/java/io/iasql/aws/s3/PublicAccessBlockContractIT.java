package io.iasql.aws.s3;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class PublicAccessBlockContractIT extends ResourceContract {
  PublicAccessBlockContractIT() {
    super(
        Sample.of("public_access_block")
            .stage("INSERT INTO bucket (name) VALUES ('assets-{id}'), ('logs-{id}')")
            // S3 gives every new bucket a block.
            .stage("DELETE FROM public_access_block")
            .insert(
                "INSERT INTO public_access_block (bucket_name) VALUES ('assets-{id}')",
                "bucket_name = 'assets-{id}'")
            .another(
                "INSERT INTO public_access_block (bucket_name, block_public_acls)"
                    + " VALUES ('logs-{id}', false)",
                "bucket_name = 'logs-{id}'")
            .change("block_public_acls", "false")
            .change("ignore_public_acls", "false")
            .change("block_public_policy", "false")
            .change("restrict_public_buckets", "false")
            .replaceBy(
                "bucket",
                "UPDATE public_access_block SET bucket_name = 'logs-{id}'",
                "bucket_name = 'logs-{id}'"));
  }
}
