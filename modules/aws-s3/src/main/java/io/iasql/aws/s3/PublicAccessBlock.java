package io.iasql.aws.s3;

import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Table;

/**
 * What a bucket refuses of public access, whatever its policy and access lists say: S3 User Guide,
 * "Blocking public access to your Amazon S3 storage". A new bucket comes with all four switched on;
 * deleting the row removes the block, which is the same as switching all four off. The account's
 * own block, which the strictest setting of both wins over, is not modelled.
 *
 * @param blockPublicAcls refuse to set public access lists
 * @param ignorePublicAcls ignore those that are set
 * @param blockPublicPolicy refuse to set a public bucket policy; one that is set stays
 * @param restrictPublicBuckets grant what a public policy allows to AWS services and the bucket's
 *     account only
 * @param bucket a bucket has one block at most
 */
@Table(value = "public_access_block", part = true)
public record PublicAccessBlock(
    Boolean blockPublicAcls,
    Boolean ignorePublicAcls,
    Boolean blockPublicPolicy,
    Boolean restrictPublicBuckets,
    @Key @Reference("bucket_name") Bucket bucket) {}
