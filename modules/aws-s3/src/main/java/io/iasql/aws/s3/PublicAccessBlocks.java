package io.iasql.aws.s3;

import io.iasql.spi.AwsScope;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;

/**
 * Public access blocks through Get-, Put- and DeletePublicAccessBlock. S3 gives one to every new
 * bucket; creating one therefore means to put it over what is there.
 */
final class PublicAccessBlocks
    implements ManagedResource<PublicAccessBlock>, Companion<PublicAccessBlock> {

  @Override
  public Class<PublicAccessBlock> type() {
    return PublicAccessBlock.class;
  }

  @Override
  public Stream<PublicAccessBlock> list(AwsScope scope) {
    return BucketListing.all(scope).flatMap(bucket -> get(scope, bucket).stream());
  }

  @Override
  public Optional<PublicAccessBlock> read(AwsScope scope, PublicAccessBlock wanted) {
    return Bucket.isKnown(wanted.bucket()) ? get(scope, wanted.bucket()) : Optional.empty();
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Bucket.class);
  }

  @Override
  public Stream<PublicAccessBlock> listOf(AwsScope scope, Record parent) {
    return parent instanceof Bucket bucket && Bucket.isKnown(bucket)
        ? get(scope, bucket).stream()
        : Stream.empty();
  }

  /** A block that is not the desired one was not left by {@link #create}: S3 made it. */
  @Override
  public Optional<PublicAccessBlock> find(
      AwsScope scope, PublicAccessBlock desired, IdempotencyToken token) {
    return read(scope, desired).filter(there -> same(there, desired));
  }

  @Override
  public PublicAccessBlock create(
      AwsScope scope, PublicAccessBlock desired, IdempotencyToken token) {
    return put(scope, desired);
  }

  @Override
  public PublicAccessBlock update(
      AwsScope scope, PublicAccessBlock current, PublicAccessBlock desired) {
    return put(scope, desired);
  }

  @Override
  public void delete(AwsScope scope, PublicAccessBlock current) {
    Bucket bucket = current.bucket();
    S3Client s3 = S3Calls.client(scope, bucket);
    S3Calls.deleteSetting(
        "public access block",
        bucket,
        () ->
            s3.deletePublicAccessBlock(
                r -> r.bucket(bucket.name()).expectedBucketOwner(scope.accountId())),
        () -> get(scope, bucket));
  }

  /** The block of this bucket, or empty when it or its bucket is not there. */
  static Optional<PublicAccessBlock> get(AwsScope scope, Bucket bucket) {
    S3Client s3 = S3Calls.client(scope, bucket);
    return S3Calls.setting(
            "NoSuchPublicAccessBlockConfiguration",
            () ->
                s3.getPublicAccessBlock(
                    r -> r.bucket(bucket.name()).expectedBucketOwner(scope.accountId())))
        .map(answer -> answer.publicAccessBlockConfiguration())
        .map(
            c ->
                new PublicAccessBlock(
                    on(c.blockPublicAcls()),
                    on(c.ignorePublicAcls()),
                    on(c.blockPublicPolicy()),
                    on(c.restrictPublicBuckets()),
                    bucket));
  }

  private static PublicAccessBlock put(AwsScope scope, PublicAccessBlock desired) {
    Bucket bucket = desired.bucket();
    S3Client s3 = S3Calls.client(scope, bucket);
    PublicAccessBlockConfiguration configuration =
        PublicAccessBlockConfiguration.builder()
            .blockPublicAcls(on(desired.blockPublicAcls()))
            .ignorePublicAcls(on(desired.ignorePublicAcls()))
            .blockPublicPolicy(on(desired.blockPublicPolicy()))
            .restrictPublicBuckets(on(desired.restrictPublicBuckets()))
            .build();
    S3Calls.whenFree(
        bucket.name(),
        () ->
            s3.putPublicAccessBlock(
                r ->
                    r.bucket(bucket.name())
                        .expectedBucketOwner(scope.accountId())
                        .publicAccessBlockConfiguration(configuration)));
    return S3Calls.settled(
        "the public access block of bucket " + bucket.name() + " to show its settings",
        () -> get(scope, bucket),
        now -> same(now, desired));
  }

  private static boolean same(PublicAccessBlock one, PublicAccessBlock other) {
    return on(one.blockPublicAcls()) == on(other.blockPublicAcls())
        && on(one.ignorePublicAcls()) == on(other.ignorePublicAcls())
        && on(one.blockPublicPolicy()) == on(other.blockPublicPolicy())
        && on(one.restrictPublicBuckets()) == on(other.restrictPublicBuckets());
  }

  private static boolean on(Boolean setting) {
    return Boolean.TRUE.equals(setting);
  }
}
