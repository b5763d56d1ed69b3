package io.iasql.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.PolicyDocuments;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Buckets through ListBuckets, CreateBucket and DeleteBucket, with their policies and tags. A
 * bucket is read by listing: unlike HeadBucket, that tells the creation date, and tells the
 * account's own buckets from those of others.
 */
final class Buckets implements ManagedResource<Bucket> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALREADY_OWNED = "BucketAlreadyOwnedByYou";

  @Override
  public Class<Bucket> type() {
    return Bucket.class;
  }

  @Override
  public Stream<Bucket> list(AwsScope scope) {
    return BucketListing.all(scope).flatMap(b -> detailed(scope, b).stream());
  }

  @Override
  public Optional<Bucket> read(AwsScope scope, Bucket wanted) {
    if (!Bucket.isKnown(wanted)) {
      return Optional.empty();
    }
    AwsScope there = scope.in(wanted.region());
    return BucketListing.find(there, wanted.name()).flatMap(b -> detailed(there, b));
  }

  @Override
  public List<Problem> validate(Bucket desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    // Buckets older than the rules keep their names.
    if (desired.createdAt() == null) {
      BucketNames.refusal(desired.name()).ifPresent(m -> problems.add(new Problem("name", m)));
    }
    JsonNode policy = orNull(desired.policy());
    if (policy != null) {
      problems.addAll(BucketPolicies.problems(desired.name(), policy));
    }
    if (desired.tags() != null) {
      BucketTags.refusals(desired.tags()).forEach(m -> problems.add(new Problem("tags", m)));
    }
    return problems;
  }

  @Override
  public Bucket create(AwsScope scope, Bucket desired, IdempotencyToken token) {
    AwsScope there = scope.in(desired.region());
    // us-east-1 answers the creation of a bucket that the account has already with success.
    if (BucketListing.isFirstRegion(desired.region())) {
      BucketListing.regionOf(there, desired.name())
          .ifPresent(
              region -> {
                throw new CloudException(
                    new CloudFailure(
                        CloudFailure.Kind.CONFLICT,
                        ALREADY_OWNED,
                        existsAlready(desired.name(), region),
                        ""),
                    null);
              });
    }
    createBucket(there, desired);
    try {
      Bucket bare = Bucket.key(desired.name(), desired.region());
      Polling.until(
          "bucket " + desired.name() + " to take its settings",
          S3Calls.VISIBLE,
          () ->
              S3Calls.unless(
                  S3Calls.NO_SUCH_BUCKET,
                  () -> {
                    apply(there, bare, desired);
                    return true;
                  }));
      return settled(there, bare, desired);
    } catch (RuntimeException e) {
      undoUnlessTransient(there, desired, e);
      throw e;
    }
  }

  @Override
  public Bucket update(AwsScope scope, Bucket current, Bucket desired) {
    AwsScope there = scope.in(current.region());
    apply(there, current, desired);
    return settled(there, current, desired);
  }

  @Override
  public void delete(AwsScope scope, Bucket current) {
    AwsScope there = scope.in(current.region());
    S3Client s3 = there.client(S3Client.class);
    try {
      S3Calls.whenFree(
          current.name(),
          () ->
              s3.deleteBucket(
                  r -> r.bucket(current.name()).expectedBucketOwner(scope.accountId())));
    } catch (S3Exception e) {
      switch (S3Calls.code(e)) {
        case S3Calls.NO_SUCH_BUCKET -> {
          // It may still be listed for a moment, which is waited for below.
        }
        case "BucketNotEmpty" -> throw notEmpty(there, current.name(), e);
        default -> throw e;
      }
    }
    Polling.until(
        "bucket " + current.name() + " to be gone",
        S3Calls.VISIBLE,
        () ->
            BucketListing.find(there, current.name()).isPresent()
                ? Optional.empty()
                : Optional.of(true));
  }

  private static Optional<Bucket> detailed(AwsScope scope, Bucket found) {
    S3Client s3 = scope.client(S3Client.class);
    String name = found.name();
    String owner = scope.accountId();
    return S3Calls.unless(
        S3Calls.NO_SUCH_BUCKET,
        () -> {
          Optional<String> policy =
              S3Calls.unless(
                  "NoSuchBucketPolicy",
                  () ->
                      s3.getBucketPolicy(r -> r.bucket(name).expectedBucketOwner(owner)).policy());
          return new Bucket(
              name,
              policy.map(Buckets::parse).orElse(null),
              found.createdAt(),
              BucketTags.shown(tags(s3, name, owner)),
              found.region());
        });
  }

  private static List<Tag> tags(S3Client s3, String name, String owner) {
    return S3Calls.unless(
            "NoSuchTagSet",
            () -> s3.getBucketTagging(r -> r.bucket(name).expectedBucketOwner(owner)).tagSet())
        .orElse(List.of());
  }

  private static JsonNode parse(String policy) {
    try {
      return JSON.readTree(policy);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("S3 gave a bucket policy that is no JSON", e);
    }
  }

  private static void createBucket(AwsScope scope, Bucket desired) {
    S3Client s3 = scope.client(S3Client.class);
    CreateBucketRequest.Builder request = CreateBucketRequest.builder().bucket(desired.name());
    if (!BucketListing.isFirstRegion(desired.region())) {
      request.createBucketConfiguration(c -> c.locationConstraint(desired.region()));
    }
    try {
      S3Calls.whenFree(desired.name(), () -> s3.createBucket(request.build()));
    } catch (S3Exception e) {
      if (!S3Calls.code(e).equals(ALREADY_OWNED)) {
        throw e;
      }
      Optional<String> region = BucketListing.regionOf(scope, desired.name());
      // The client tries again when an answer is lost: then the first try made the bucket.
      boolean triedBefore = e.numAttempts() != null && e.numAttempts() > 1;
      if (!triedBefore || !region.equals(Optional.of(desired.region()))) {
        throw S3Calls.explained(
            scope,
            e,
            CloudFailure.Kind.CONFLICT,
            existsAlready(desired.name(), region.orElse("a region that is not told")));
      }
    }
  }

  private static String existsAlready(String name, String region) {
    return "bucket " + name + " exists already in this account, in " + region;
  }

  private static void apply(AwsScope scope, Bucket current, Bucket desired) {
    S3Client s3 = scope.client(S3Client.class);
    if (!BucketTags.same(current.tags(), desired.tags())) {
      applyTags(s3, scope.accountId(), desired);
    }
    if (!samePolicy(current.policy(), desired.policy())) {
      applyPolicy(scope, s3, desired);
    }
  }

  private static void applyTags(S3Client s3, String owner, Bucket desired) {
    String name = desired.name();
    List<Tag> all = BucketTags.toSend(desired.tags(), tags(s3, name, owner));
    S3Calls.whenFree(
        name,
        () ->
            all.isEmpty()
                ? s3.deleteBucketTagging(r -> r.bucket(name).expectedBucketOwner(owner))
                : s3.putBucketTagging(
                    r -> r.bucket(name).expectedBucketOwner(owner).tagging(t -> t.tagSet(all))));
  }

  private static void applyPolicy(AwsScope scope, S3Client s3, Bucket desired) {
    String name = desired.name();
    String owner = scope.accountId();
    JsonNode policy = orNull(desired.policy());
    if (policy == null) {
      S3Calls.whenFree(
          name, () -> s3.deleteBucketPolicy(r -> r.bucket(name).expectedBucketOwner(owner)));
      return;
    }
    try {
      S3Calls.whenFree(
          name,
          () ->
              s3.putBucketPolicy(
                  r -> r.bucket(name).expectedBucketOwner(owner).policy(policy.toString())));
    } catch (S3Exception e) {
      if (S3Calls.code(e).equals(S3Calls.ACCESS_DENIED) && blocksPublicPolicy(scope, desired, e)) {
        throw S3Calls.explained(
            scope,
            e,
            CloudFailure.Kind.DENIED,
            "if the policy allows public access: public_access_block.block_public_policy of bucket "
                + name
                + " is on and must be off first");
      }
      throw e;
    }
  }

  private static boolean blocksPublicPolicy(AwsScope scope, Bucket bucket, S3Exception refusal) {
    try {
      return PublicAccessBlocks.get(scope, bucket)
          .filter(PublicAccessBlock::blockPublicPolicy)
          .isPresent();
    } catch (S3Exception e) {
      refusal.addSuppressed(e);
      return false;
    }
  }

  private Bucket settled(AwsScope scope, Bucket before, Bucket desired) {
    return S3Calls.settled(
        "bucket " + desired.name() + " to show its policy and tags",
        () -> read(scope, desired),
        now ->
            BucketTags.same(now.tags(), desired.tags())
                && (samePolicy(now.policy(), desired.policy())
                    // S3 may write a policy another way than it was sent.
                    || (now.policy() != null
                        && orNull(desired.policy()) != null
                        && !samePolicy(now.policy(), before.policy()))));
  }

  /** Leaves nothing behind when the bucket can be made but not be given what it should have. */
  private static void undoUnlessTransient(AwsScope scope, Bucket desired, RuntimeException e) {
    CloudFailure failure = e instanceof CloudException known ? known.failure() : scope.describe(e);
    if (failure.kind().isTransient()) {
      return;
    }
    try {
      scope
          .client(S3Client.class)
          .deleteBucket(r -> r.bucket(desired.name()).expectedBucketOwner(scope.accountId()));
    } catch (RuntimeException second) {
      e.addSuppressed(second);
    }
  }

  private static CloudException notEmpty(AwsScope scope, String name, S3Exception e) {
    boolean current =
        !scope
            .client(S3Client.class)
            .listObjectsV2(
                r ->
                    r.bucket(name)
                        .maxKeys(1)
                        .encodingType(EncodingType.URL)
                        .expectedBucketOwner(scope.accountId()))
            .contents()
            .isEmpty();
    return S3Calls.explained(
        scope,
        e,
        CloudFailure.Kind.CONFLICT,
        current
            ? "bucket " + name + " holds objects: delete its rows of bucket_object, too"
            : "bucket "
                + name
                + " holds old versions or delete markers of objects, which bucket_object does not"
                + " show: remove them with a lifecycle rule or the S3 console, then delete the"
                + " bucket");
  }

  private static boolean samePolicy(JsonNode one, JsonNode other) {
    return Objects.equals(
        PolicyDocuments.canonical(orNull(one)), PolicyDocuments.canonical(orNull(other)));
  }

  /** A bucket policy without statements grants nothing, and S3 takes none: it is no policy. */
  private static JsonNode orNull(JsonNode policy) {
    boolean says =
        policy != null
            && !policy.isNull()
            && !(policy.path("Statement").isArray() && policy.path("Statement").isEmpty());
    return says ? policy : null;
  }
}
