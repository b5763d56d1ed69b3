package io.iasql.aws.s3;

import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import io.iasql.spi.WriteOnly;

/**
 * An object of a bucket, in its current version; older versions are not modelled. Its content is
 * sent when a row is written with one, and never read.
 *
 * @param key the object's name, up to 1,024 bytes in UTF-8
 * @param bucket the bucket that holds it
 * @param region the bucket's region, which the database fills in
 * @param eTag S3's entity tag without the quotation marks; the content's MD5 for an unencrypted or
 *     SSE-S3 object uploaded in one piece
 * @param content text to store in UTF-8; it replaces what the object held
 * @param contentType media type sent with the content; null stands for {@code text/plain;
 *     charset=UTF-8}
 */
@Table("bucket_object")
public record BucketObject(
    @Key String key,
    @Key @Reference("bucket_name") Bucket bucket,
    @Replaces String region,
    @Assigned String eTag,
    @WriteOnly String content,
    @WriteOnly String contentType) {}
