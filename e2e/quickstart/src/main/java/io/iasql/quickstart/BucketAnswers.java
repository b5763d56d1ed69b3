package io.iasql.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.GetBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What S3 says. */
record BucketAnswers(S3Client s3) {
  private static final int NOT_FOUND = 404;

  List<String> lines() {
    List<Bucket> buckets = s3.listBuckets().buckets();
    List<String> lines = new ArrayList<>();
    for (Bucket bucket : buckets) {
      lines.add("S3: bucket " + bucket.name() + " in " + region(bucket.name()));
      lines.addAll(details(bucket.name()));
    }
    return lines;
  }

  private String region(String bucket) {
    String constraint = s3.getBucketLocation(r -> r.bucket(bucket)).locationConstraintAsString();
    return constraint == null || constraint.isEmpty() ? "us-east-1" : constraint;
  }

  private List<String> details(String bucket) {
    List<String> lines = new ArrayList<>();
    ifThere(() -> s3.getBucketTagging(r -> r.bucket(bucket)).tagSet())
        .filter(tags -> !tags.isEmpty())
        .ifPresent(
            tags ->
                lines.add(
                    "  tags "
                        + tags.stream()
                            .map(tag -> tag.key() + "=" + tag.value())
                            .sorted()
                            .collect(Collectors.joining(", "))));
    ifThere(() -> s3.getPublicAccessBlock(r -> r.bucket(bucket)).publicAccessBlockConfiguration())
        .ifPresent(block -> lines.add("  public access block: " + blocked(block)));
    ifThere(() -> s3.getBucketPolicy(r -> r.bucket(bucket)).policy())
        .ifPresent(policy -> lines.add("  policy " + policy.replaceAll("\\s+", " ")));
    ifThere(() -> s3.getBucketWebsite(r -> r.bucket(bucket)))
        .ifPresent(website -> lines.add("  website " + documents(website)));
    for (S3Object object : s3.listObjectsV2Paginator(r -> r.bucket(bucket)).contents()) {
      HeadObjectResponse head = s3.headObject(r -> r.bucket(bucket).key(object.key()));
      lines.add(
          "  object " + object.key() + ", " + head.contentType() + ", " + object.size() + " bytes");
    }
    return lines;
  }

  private static String documents(GetBucketWebsiteResponse website) {
    String index = website.indexDocument() == null ? "no index" : website.indexDocument().suffix();
    return website.errorDocument() == null
        ? index
        : index + ", errors: " + website.errorDocument().key();
  }

  private static String blocked(PublicAccessBlockConfiguration block) {
    List<String> blocked = new ArrayList<>();
    if (Boolean.TRUE.equals(block.blockPublicAcls())) {
      blocked.add("new ACLs");
    }
    if (Boolean.TRUE.equals(block.ignorePublicAcls())) {
      blocked.add("ACLs");
    }
    if (Boolean.TRUE.equals(block.blockPublicPolicy())) {
      blocked.add("new policies");
    }
    if (Boolean.TRUE.equals(block.restrictPublicBuckets())) {
      blocked.add("policies");
    }
    return blocked.isEmpty() ? "nothing blocked" : String.join(", ", blocked);
  }

  private static <T> Optional<T> ifThere(Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
