package io.iasql.aws.s3;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.RoutingRule;
import software.amazon.awssdk.services.s3.model.WebsiteConfiguration;

/** Websites through Get-, Put- and DeleteBucketWebsite. */
final class BucketWebsites implements ManagedResource<BucketWebsite> {

  @Override
  public Class<BucketWebsite> type() {
    return BucketWebsite.class;
  }

  @Override
  public Stream<BucketWebsite> list(AwsScope scope) {
    return BucketListing.all(scope).flatMap(bucket -> get(scope, bucket).stream());
  }

  @Override
  public Optional<BucketWebsite> read(AwsScope scope, BucketWebsite wanted) {
    return Bucket.isKnown(wanted.bucket()) ? get(scope, wanted.bucket()) : Optional.empty();
  }

  @Override
  public List<Problem> validate(BucketWebsite desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    String index = desired.indexDocument();
    if (index == null || index.isEmpty() || index.contains("/")) {
      problems.add(
          new Problem(
              "index_document",
              "The index document is a name without a slash, such as index.html"));
    }
    if (desired.errorDocument() != null && desired.errorDocument().isEmpty()) {
      problems.add(
          new Problem("error_document", "The error document is an object's key, or NULL for none"));
    }
    return problems;
  }

  /** Repeating {@link #create} does no harm, so only a finished one counts as found. */
  @Override
  public Optional<BucketWebsite> find(
      AwsScope scope, BucketWebsite desired, IdempotencyToken token) {
    return read(scope, desired).filter(there -> same(there, desired));
  }

  @Override
  public BucketWebsite create(AwsScope scope, BucketWebsite desired, IdempotencyToken token) {
    return put(scope, desired);
  }

  @Override
  public BucketWebsite update(AwsScope scope, BucketWebsite current, BucketWebsite desired) {
    return put(scope, desired);
  }

  @Override
  public void delete(AwsScope scope, BucketWebsite current) {
    Bucket bucket = current.bucket();
    S3Client s3 = S3Calls.client(scope, bucket);
    S3Calls.deleteSetting(
        "website",
        bucket,
        () ->
            s3.deleteBucketWebsite(
                r -> r.bucket(bucket.name()).expectedBucketOwner(scope.accountId())),
        () -> get(scope, bucket));
  }

  private static Optional<BucketWebsite> get(AwsScope scope, Bucket bucket) {
    return configuration(scope, bucket)
        .filter(c -> c.indexDocument() != null)
        .map(
            c ->
                new BucketWebsite(
                    c.indexDocument().suffix(),
                    c.errorDocument() == null ? null : c.errorDocument().key(),
                    bucket));
  }

  private static Optional<GetBucketWebsiteResponse> configuration(AwsScope scope, Bucket bucket) {
    S3Client s3 = S3Calls.client(scope, bucket);
    return S3Calls.setting(
        "NoSuchWebsiteConfiguration",
        () ->
            s3.getBucketWebsite(
                r -> r.bucket(bucket.name()).expectedBucketOwner(scope.accountId())));
  }

  private static BucketWebsite put(AwsScope scope, BucketWebsite desired) {
    Bucket bucket = desired.bucket();
    Optional<GetBucketWebsiteResponse> before = configuration(scope, bucket);
    if (before.map(GetBucketWebsiteResponse::redirectAllRequestsTo).isPresent()) {
      throw new CloudException(
          new CloudFailure(
              CloudFailure.Kind.CONFLICT,
              "WebsiteRedirectsAllRequests",
              "bucket "
                  + bucket.name()
                  + " has a website that redirects all requests, which bucket_website cannot show:"
                  + " remove it first",
              ""),
          null);
    }
    List<RoutingRule> rules =
        before
            .filter(GetBucketWebsiteResponse::hasRoutingRules)
            .map(GetBucketWebsiteResponse::routingRules)
            .orElse(List.of());
    WebsiteConfiguration.Builder wanted =
        WebsiteConfiguration.builder().indexDocument(d -> d.suffix(desired.indexDocument()));
    if (desired.errorDocument() != null) {
      wanted.errorDocument(d -> d.key(desired.errorDocument()));
    }
    if (!rules.isEmpty()) {
      wanted.routingRules(rules);
    }
    S3Client s3 = S3Calls.client(scope, bucket);
    S3Calls.whenFree(
        bucket.name(),
        () ->
            s3.putBucketWebsite(
                r ->
                    r.bucket(bucket.name())
                        .expectedBucketOwner(scope.accountId())
                        .websiteConfiguration(wanted.build())));
    return S3Calls.settled(
        "the website of bucket " + bucket.name() + " to show its documents",
        () -> get(scope, bucket),
        now -> same(now, desired));
  }

  private static boolean same(BucketWebsite one, BucketWebsite other) {
    return Objects.equals(one.indexDocument(), other.indexDocument())
        && Objects.equals(one.errorDocument(), other.errorDocument());
  }
}
