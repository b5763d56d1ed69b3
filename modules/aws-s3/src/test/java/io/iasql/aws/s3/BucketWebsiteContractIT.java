package io.iasql.aws.s3;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class BucketWebsiteContractIT extends ResourceContract {
  BucketWebsiteContractIT() {
    super(
        Sample.of("bucket_website")
            .stage("INSERT INTO bucket (name) VALUES ('site-{id}'), ('blog-{id}')")
            .insert(
                "INSERT INTO bucket_website (bucket_name, index_document)"
                    + " VALUES ('site-{id}', 'index.html')",
                "bucket_name = 'site-{id}'")
            .another(
                "INSERT INTO bucket_website (bucket_name, index_document, error_document)"
                    + " VALUES ('blog-{id}', 'index.html', 'error.html')",
                "bucket_name = 'blog-{id}'")
            .change("index_document", "'home.html'")
            .change("error_document", "'errors/404.html'")
            .nulled("error_document")
            .replaceBy(
                "bucket",
                "UPDATE bucket_website SET bucket_name = 'blog-{id}'",
                "bucket_name = 'blog-{id}'")
            .refuse("UPDATE bucket_website SET index_document = 'a/b'", "without a slash")
            .refuse("UPDATE bucket_website SET error_document = ''", "NULL for none"));
  }
}
