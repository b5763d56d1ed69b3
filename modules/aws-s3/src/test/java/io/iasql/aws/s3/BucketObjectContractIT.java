package io.iasql.aws.s3;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class BucketObjectContractIT extends ResourceContract {
  BucketObjectContractIT() {
    super(
        Sample.of("bucket_object")
            .stage("INSERT INTO bucket (name) VALUES ('site-{id}'), ('blog-{id}')")
            .insert(
                "INSERT INTO bucket_object (bucket_name, key, content, content_type)"
                    + " VALUES ('site-{id}', 'a b/ä.html', '<h1>ä</h1>', 'text/html')",
                "bucket_name = 'site-{id}' AND key = 'a b/ä.html'")
            .another(
                "SELECT s3_upload_object('site-{id}', 'index.html', '<h1>A</h1>', 'text/html')",
                "bucket_name = 'site-{id}' AND key = 'index.html'")
            .change("content", "'<h1>B</h1>'")
            .irreversible()
            .fixed("content_type", "'text/plain'", "set both")
            .fixed("key", "'b.html'", "cannot be changed")
            .fixed("region", "'us-east-1'", "cannot be changed")
            .fixedBy(
                "bucket", "UPDATE bucket_object SET bucket_name = 'blog-{id}'", "cannot be changed")
            .refuse(
                "INSERT INTO bucket_object (bucket_name, key) VALUES ('blog-{id}', 'c')",
                "content"));
  }
}
