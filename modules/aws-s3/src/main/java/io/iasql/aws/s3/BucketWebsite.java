package io.iasql.aws.s3;

import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Table;

/**
 * A bucket's static website. Routing rules are not modelled and kept on every change; a website
 * that redirects all requests to another host has no index document and is no row.
 *
 * @param indexDocument appended to a request for a folder, such as {@code index.html}
 * @param errorDocument key of the object shown for 4xx errors, null for S3's own page
 * @param bucket a bucket has one website at most
 */
@Table("bucket_website")
public record BucketWebsite(
    String indexDocument, String errorDocument, @Key @Reference("bucket_name") Bucket bucket) {}
