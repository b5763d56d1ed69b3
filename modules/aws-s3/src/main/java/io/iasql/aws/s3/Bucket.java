package io.iasql.aws.s3;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.AppliedAfter;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Policy;
import io.iasql.spi.Table;
import java.time.Instant;
import java.util.Map;

/**
 * A general purpose bucket. Directory buckets, table buckets and what S3 has beyond policy and tags
 * (versioning, encryption, lifecycle, ...) are not modelled and left as they are.
 *
 * @param name unique among all accounts of the partition
 * @param policy the bucket policy, null for none; a public one is refused by S3 while the bucket's
 *     public access block forbids it, hence applied after that
 * @param createdAt as ListBuckets tells it, which is not always the true date: S3 API Reference,
 *     "Bucket"
 * @param tags without those of AWS ({@code aws:...}), which nobody else can change; null for none
 * @param region where the bucket lives, {@code eu-west-1} for the old location {@code EU}
 */
@Table("bucket")
public record Bucket(
    @Key String name,
    @Policy @AppliedAfter(PublicAccessBlock.class) JsonNode policy,
    @Assigned Instant createdAt,
    Map<String, String> tags,
    @Key String region) {

  /** A bucket of which only the identity matters. */
  static Bucket key(String name, String region) {
    return new Bucket(name, null, null, null, region);
  }

  /** Whether the identity is complete; a referenced bucket that is not cannot be looked for. */
  static boolean isKnown(Bucket bucket) {
    return bucket != null && bucket.name() != null && bucket.region() != null;
  }
}
