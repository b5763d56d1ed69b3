package io.iasql.aws.s3;

import io.iasql.spi.AwsScope;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;

/**
 * The account's buckets of one region, by name: S3 API Reference, "ListBuckets". Asking for a
 * region makes S3 page the answer, 10,000 buckets at a time.
 */
final class BucketListing {
  private static final String FIRST_REGION = "us-east-1";

  private BucketListing() {}

  /** All buckets of {@code scope.region()}, with name, region and creation date only. */
  static Stream<Bucket> all(AwsScope scope) {
    return inRegion(scope, ListBucketsRequest.builder());
  }

  /** The bucket of this name, if it is in {@code scope.region()} and the account's own. */
  static Optional<Bucket> find(AwsScope scope, String name) {
    return inRegion(scope, ListBucketsRequest.builder().prefix(name))
        .filter(b -> b.name().equals(name))
        .findFirst();
  }

  /** Where the bucket of this name is, if it is the account's own, wherever that may be. */
  static Optional<String> regionOf(AwsScope scope, String name) {
    S3Client s3 = scope.client(S3Client.class);
    return s3.listBucketsPaginator(r -> r.prefix(name)).buckets().stream()
        .filter(b -> b.name().equals(name))
        .findFirst()
        .map(b -> region(s3, b));
  }

  /** The region that a location constraint means; two of them are not named after a region. */
  static String region(String locationConstraint) {
    if (locationConstraint == null || locationConstraint.isEmpty()) {
      return FIRST_REGION;
    }
    return locationConstraint.equals("EU") ? "eu-west-1" : locationConstraint;
  }

  /** Whether the region is the one that takes no location constraint. */
  static boolean isFirstRegion(String region) {
    return region.equals(FIRST_REGION);
  }

  private static Stream<Bucket> inRegion(AwsScope scope, ListBucketsRequest.Builder filters) {
    S3Client s3 = scope.client(S3Client.class);
    ListBucketsRequest request = filters.bucketRegion(scope.region()).build();
    // Not every endpoint that speaks S3 knows the parameters, so the answer is filtered once more.
    return s3.listBucketsPaginator(request).buckets().stream()
        .filter(b -> request.prefix() == null || b.name().startsWith(request.prefix()))
        .filter(b -> scope.region().equals(region(s3, b)))
        .map(b -> new Bucket(b.name(), null, b.creationDate(), null, scope.region()));
  }

  private static String region(
      S3Client s3, software.amazon.awssdk.services.s3.model.Bucket bucket) {
    String told = bucket.bucketRegion();
    return told != null && !told.isEmpty()
        ? region(told)
        : S3Calls.unless(
                S3Calls.NO_SUCH_BUCKET,
                () ->
                    region(
                        s3.getBucketLocation(r -> r.bucket(bucket.name()))
                            .locationConstraintAsString()))
            .orElse("");
  }
}
