package io.iasql.aws.s3;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects through ListObjectsV2, PutObject and DeleteObject. One object is read by listing its key:
 * unlike HeadObject, that also works for objects encrypted with a key of the customer's.
 */
final class BucketObjects implements ManagedResource<BucketObject> {
  private static final int LONGEST_KEY = 1024;
  private static final String NO_CONTENT =
      "An object needs its content: set column content, or use s3_upload_object()";

  @Override
  public Class<BucketObject> type() {
    return BucketObject.class;
  }

  @Override
  public Stream<BucketObject> list(AwsScope scope) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new AllObjects(scope, BucketListing.all(scope).iterator()),
            Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public Optional<BucketObject> read(AwsScope scope, BucketObject wanted) {
    if (wanted.key() == null || wanted.key().isEmpty() || !Bucket.isKnown(wanted.bucket())) {
      return Optional.empty();
    }
    Bucket bucket = wanted.bucket();
    S3Client s3 = S3Calls.client(scope, bucket);
    // Keys are listed in order, and the shortest with a prefix is that prefix itself.
    return S3Calls.unless(
            S3Calls.NO_SUCH_BUCKET,
            () -> s3.listObjectsV2(request(scope, bucket).prefix(wanted.key()).maxKeys(1).build()))
        .stream()
        .flatMap(answer -> answer.contents().stream())
        .filter(object -> object.key().equals(wanted.key()))
        .map(object -> shown(bucket, object))
        .findFirst();
  }

  @Override
  public List<Problem> validate(BucketObject desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    int bytes = desired.key().getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > LONGEST_KEY) {
      problems.add(
          new Problem("key", "A key has 1 to " + LONGEST_KEY + " bytes in UTF-8, not " + bytes));
    }
    if (desired.content() == null && desired.eTag() == null) {
      problems.add(new Problem("content", NO_CONTENT));
    } else if (desired.content() == null && desired.contentType() != null) {
      problems.add(
          new Problem("content_type", "The content type is sent with the content: set both"));
    }
    return problems;
  }

  @Override
  public BucketObject create(AwsScope scope, BucketObject desired, IdempotencyToken token) {
    if (desired.content() == null) {
      throw new CloudException(
          new CloudFailure(CloudFailure.Kind.INVALID_INPUT, "NoContent", NO_CONTENT, ""), null);
    }
    return put(scope, desired);
  }

  @Override
  public BucketObject update(AwsScope scope, BucketObject current, BucketObject desired) {
    return desired.content() == null ? current : put(scope, desired);
  }

  @Override
  public void delete(AwsScope scope, BucketObject current) {
    Bucket bucket = current.bucket();
    S3Client s3 = S3Calls.client(scope, bucket);
    S3Calls.unless(
        S3Calls.NO_SUCH_BUCKET,
        () ->
            s3.deleteObject(
                r ->
                    r.bucket(bucket.name())
                        .key(current.key())
                        .expectedBucketOwner(scope.accountId())));
    Polling.until(
        "object " + current.key() + " of bucket " + bucket.name() + " to be gone",
        S3Calls.VISIBLE,
        () -> read(scope, current).isPresent() ? Optional.empty() : Optional.of(true));
  }

  private BucketObject put(AwsScope scope, BucketObject desired) {
    Bucket bucket = desired.bucket();
    S3Client s3 = S3Calls.client(scope, bucket);
    String tag =
        unquoted(
            s3.putObject(
                    r ->
                        r.bucket(bucket.name())
                            .key(desired.key())
                            .contentType(desired.contentType())
                            .expectedBucketOwner(scope.accountId()),
                    RequestBody.fromString(desired.content()))
                .eTag());
    return S3Calls.settled(
        "object " + desired.key() + " of bucket " + bucket.name() + " to be listed",
        () -> read(scope, desired),
        now -> now.eTag().equals(tag));
  }

  /** Keys may hold characters that XML does not allow, so they come URL-encoded. */
  private static ListObjectsV2Request.Builder request(AwsScope scope, Bucket bucket) {
    return ListObjectsV2Request.builder()
        .bucket(bucket.name())
        .encodingType(EncodingType.URL)
        .expectedBucketOwner(scope.accountId());
  }

  private static BucketObject shown(Bucket bucket, S3Object object) {
    return new BucketObject(
        object.key(), bucket, bucket.region(), unquoted(object.eTag()), null, null);
  }

  private static String unquoted(String eTag) {
    return eTag.replace("\"", "");
  }

  /**
   * The objects of many buckets, one page at a time. Not {@code flatMap}: where a stream is
   * consumed through its iterator, that collects all objects of a bucket first.
   */
  private static final class AllObjects implements Iterator<BucketObject> {
    private final AwsScope scope;
    private final Iterator<Bucket> buckets;
    private Bucket bucket;
    private Iterator<S3Object> objects = Collections.emptyIterator();

    AllObjects(AwsScope scope, Iterator<Bucket> buckets) {
      this.scope = scope;
      this.buckets = buckets;
    }

    @Override
    public boolean hasNext() {
      while (true) {
        try {
          if (objects.hasNext()) {
            return true;
          }
          if (!buckets.hasNext()) {
            return false;
          }
          bucket = buckets.next();
          objects = objectsOf(bucket);
        } catch (S3Exception e) {
          if (!S3Calls.code(e).equals(S3Calls.NO_SUCH_BUCKET)) {
            throw e;
          }
          objects = Collections.emptyIterator();
        }
      }
    }

    @Override
    public BucketObject next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return shown(bucket, objects.next());
    }

    private Iterator<S3Object> objectsOf(Bucket owner) {
      return scope
          .client(S3Client.class)
          .listObjectsV2Paginator(request(scope, owner).build())
          .contents()
          .iterator();
    }
  }
}
