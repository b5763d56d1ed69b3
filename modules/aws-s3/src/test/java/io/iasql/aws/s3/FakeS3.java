package io.iasql.aws.s3;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateBucketConfiguration;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketWebsiteRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.GetBucketLocationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketLocationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.GetBucketWebsiteRequest;
import software.amazon.awssdk.services.s3.model.GetBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.GetPublicAccessBlockRequest;
import software.amazon.awssdk.services.s3.model.GetPublicAccessBlockResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.PutBucketWebsiteRequest;
import software.amazon.awssdk.services.s3.model.PutBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.PutPublicAccessBlockRequest;
import software.amazon.awssdk.services.s3.model.PutPublicAccessBlockResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.WebsiteConfiguration;

/**
 * What the real service does and the emulators do not: refusals of its own, answers that lag behind
 * and pages. Every call is noted; a refusal queued for an operation is given once.
 */
final class FakeS3 implements S3Client {
  final List<String> calls = new ArrayList<>();
  final Map<String, String> regions = new TreeMap<>();
  final Map<String, String> policies = new HashMap<>();
  final Map<String, List<Tag>> tags = new HashMap<>();
  final Map<String, PublicAccessBlockConfiguration> blocks = new HashMap<>();
  final Map<String, WebsiteConfiguration> websites = new HashMap<>();
  final Map<String, TreeMap<String, String>> objects = new TreeMap<>();
  private final Map<String, Deque<S3Exception>> refusals = new HashMap<>();
  private final Map<String, Deque<String>> stalePolicies = new HashMap<>();
  int pageSize = 1000;
  boolean tellsRegions = true;
  boolean oldVersions;

  static S3Exception error(int status, String code) {
    return error(status, code, 1);
  }

  static S3Exception error(int status, String code, int attempts) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(status)
            .numAttempts(attempts)
            .requestId("R1")
            .message(code + " said S3")
            .awsErrorDetails(
                AwsErrorDetails.builder().errorCode(code).errorMessage(code + " said S3").build())
            .build();
  }

  FakeS3 refuse(String operation, S3Exception... with) {
    refusals.computeIfAbsent(operation, o -> new ArrayDeque<>()).addAll(List.of(with));
    return this;
  }

  /** The next reads of a bucket's policy give these; an empty text stands for none. */
  FakeS3 stalePolicies(String bucket, String... policies) {
    stalePolicies.put(bucket, new ArrayDeque<>(List.of(policies)));
    return this;
  }

  FakeS3 bucket(String name, String region) {
    regions.put(name, region);
    objects.put(name, new TreeMap<>());
    return this;
  }

  @Override
  public String serviceName() {
    return "s3";
  }

  @Override
  public void close() {
    throw new IllegalStateException("a module closes no client");
  }

  @Override
  public ListBucketsResponse listBuckets(ListBucketsRequest r) {
    enter("ListBuckets", null);
    List<software.amazon.awssdk.services.s3.model.Bucket> found =
        regions.entrySet().stream()
            .filter(b -> r.prefix() == null || b.getKey().startsWith(r.prefix()))
            .filter(
                b ->
                    !tellsRegions
                        || r.bucketRegion() == null
                        || r.bucketRegion().equals(b.getValue()))
            .map(
                b ->
                    software.amazon.awssdk.services.s3.model.Bucket.builder()
                        .name(b.getKey())
                        .creationDate(Instant.EPOCH)
                        .bucketRegion(tellsRegions ? b.getValue() : null)
                        .build())
            .toList();
    int from = r.continuationToken() == null ? 0 : Integer.parseInt(r.continuationToken());
    int to = Math.min(found.size(), from + pageSize);
    return ListBucketsResponse.builder()
        .buckets(found.subList(from, to))
        .continuationToken(to < found.size() ? Integer.toString(to) : null)
        .build();
  }

  @Override
  public GetBucketLocationResponse getBucketLocation(GetBucketLocationRequest r) {
    enter("GetBucketLocation", r.bucket());
    String region = regions.get(r.bucket());
    return GetBucketLocationResponse.builder()
        .locationConstraint(region.equals("us-east-1") ? null : region)
        .build();
  }

  @Override
  public CreateBucketResponse createBucket(CreateBucketRequest r) {
    enter("CreateBucket", null);
    CreateBucketConfiguration c = r.createBucketConfiguration();
    bucket(r.bucket(), c == null ? "us-east-1" : c.locationConstraintAsString());
    return CreateBucketResponse.builder().build();
  }

  @Override
  public DeleteBucketResponse deleteBucket(DeleteBucketRequest r) {
    enter("DeleteBucket", r.bucket());
    if (oldVersions || !objects.get(r.bucket()).isEmpty()) {
      throw error(409, "BucketNotEmpty");
    }
    regions.remove(r.bucket());
    return DeleteBucketResponse.builder().build();
  }

  @Override
  public GetBucketPolicyResponse getBucketPolicy(GetBucketPolicyRequest r) {
    enter("GetBucketPolicy", r.bucket());
    Deque<String> stale = stalePolicies.getOrDefault(r.bucket(), new ArrayDeque<>());
    String policy = stale.isEmpty() ? policies.getOrDefault(r.bucket(), "") : stale.poll();
    if (policy.isEmpty()) {
      throw error(404, "NoSuchBucketPolicy");
    }
    return GetBucketPolicyResponse.builder().policy(policy).build();
  }

  @Override
  public PutBucketPolicyResponse putBucketPolicy(PutBucketPolicyRequest r) {
    enter("PutBucketPolicy", r.bucket());
    policies.put(r.bucket(), r.policy());
    return PutBucketPolicyResponse.builder().build();
  }

  @Override
  public DeleteBucketPolicyResponse deleteBucketPolicy(DeleteBucketPolicyRequest r) {
    enter("DeleteBucketPolicy", r.bucket());
    policies.remove(r.bucket());
    return DeleteBucketPolicyResponse.builder().build();
  }

  @Override
  public GetBucketTaggingResponse getBucketTagging(GetBucketTaggingRequest r) {
    enter("GetBucketTagging", r.bucket());
    Collection<Tag> all = tags.get(r.bucket());
    if (all == null) {
      throw error(404, "NoSuchTagSet");
    }
    return GetBucketTaggingResponse.builder().tagSet(all).build();
  }

  @Override
  public PutBucketTaggingResponse putBucketTagging(PutBucketTaggingRequest r) {
    enter("PutBucketTagging", r.bucket());
    tags.put(r.bucket(), r.tagging().tagSet());
    return PutBucketTaggingResponse.builder().build();
  }

  @Override
  public DeleteBucketTaggingResponse deleteBucketTagging(DeleteBucketTaggingRequest r) {
    enter("DeleteBucketTagging", r.bucket());
    tags.remove(r.bucket());
    return DeleteBucketTaggingResponse.builder().build();
  }

  @Override
  public GetPublicAccessBlockResponse getPublicAccessBlock(GetPublicAccessBlockRequest r) {
    enter("GetPublicAccessBlock", r.bucket());
    PublicAccessBlockConfiguration block = blocks.get(r.bucket());
    if (block == null) {
      throw error(404, "NoSuchPublicAccessBlockConfiguration");
    }
    return GetPublicAccessBlockResponse.builder().publicAccessBlockConfiguration(block).build();
  }

  @Override
  public PutPublicAccessBlockResponse putPublicAccessBlock(PutPublicAccessBlockRequest r) {
    enter("PutPublicAccessBlock", r.bucket());
    blocks.put(r.bucket(), r.publicAccessBlockConfiguration());
    return PutPublicAccessBlockResponse.builder().build();
  }

  @Override
  public GetBucketWebsiteResponse getBucketWebsite(GetBucketWebsiteRequest r) {
    enter("GetBucketWebsite", r.bucket());
    WebsiteConfiguration website = websites.get(r.bucket());
    if (website == null) {
      throw error(404, "NoSuchWebsiteConfiguration");
    }
    return GetBucketWebsiteResponse.builder()
        .indexDocument(website.indexDocument())
        .errorDocument(website.errorDocument())
        .redirectAllRequestsTo(website.redirectAllRequestsTo())
        .routingRules(website.routingRules())
        .build();
  }

  @Override
  public PutBucketWebsiteResponse putBucketWebsite(PutBucketWebsiteRequest r) {
    enter("PutBucketWebsite", r.bucket());
    websites.put(r.bucket(), r.websiteConfiguration());
    return PutBucketWebsiteResponse.builder().build();
  }

  @Override
  public DeleteBucketWebsiteResponse deleteBucketWebsite(DeleteBucketWebsiteRequest r) {
    enter("DeleteBucketWebsite", r.bucket());
    websites.remove(r.bucket());
    return DeleteBucketWebsiteResponse.builder().build();
  }

  @Override
  public ListObjectsV2Response listObjectsV2(ListObjectsV2Request r) {
    enter("ListObjectsV2", r.bucket());
    List<S3Object> found =
        objects.get(r.bucket()).entrySet().stream()
            .filter(o -> r.prefix() == null || o.getKey().startsWith(r.prefix()))
            .map(o -> S3Object.builder().key(o.getKey()).eTag(o.getValue()).build())
            .toList();
    int from = r.continuationToken() == null ? 0 : Integer.parseInt(r.continuationToken());
    int to = Math.min(found.size(), from + (r.maxKeys() == null ? pageSize : r.maxKeys()));
    return ListObjectsV2Response.builder()
        .contents(found.subList(from, to))
        .isTruncated(to < found.size())
        .nextContinuationToken(to < found.size() ? Integer.toString(to) : null)
        .build();
  }

  @Override
  public PutObjectResponse putObject(PutObjectRequest r, RequestBody body) {
    enter("PutObject", r.bucket());
    String tag = "\"" + r.key() + "-" + calls.size() + "\"";
    objects.get(r.bucket()).put(r.key(), tag);
    return PutObjectResponse.builder().eTag(tag).build();
  }

  private void enter(String operation, String bucket) {
    calls.add(operation);
    Deque<S3Exception> queued = refusals.getOrDefault(operation, new ArrayDeque<>());
    if (!queued.isEmpty()) {
      throw queued.poll();
    }
    if (bucket != null && !regions.containsKey(bucket)) {
      throw error(404, "NoSuchBucket");
    }
  }
}
