package io.iasql.aws.s3;

import static io.iasql.aws.s3.BucketPoliciesTest.json;
import static io.iasql.aws.s3.FakeS3.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.contract.FakeScope;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Problem;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;
import software.amazon.awssdk.services.s3.model.S3Exception;

class BucketsTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("t-1");
  private static final JsonNode POLICY =
      json(
          "{'Statement':{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
              + "'Resource':'arn:aws:s3:::acme/*'}}");

  private final FakeS3 s3 = new FakeS3();
  private final AwsScope scope = FakeScope.of(s3);
  private final Buckets buckets = new Buckets();

  @Test
  void readsLocationConstraintsAsRegions() {
    assertThat(BucketListing.region(null)).isEqualTo("us-east-1");
    assertThat(BucketListing.region("")).isEqualTo("us-east-1");
    assertThat(BucketListing.region("EU")).isEqualTo("eu-west-1");
    assertThat(BucketListing.region("sa-east-1")).isEqualTo("sa-east-1");
  }

  @Test
  void listsTheRegionsBucketsOverAllPages() {
    s3.bucket("a", "us-east-1").bucket("b", "eu-west-1").bucket("c", "us-east-1");
    s3.pageSize = 1;

    assertThat(buckets.list(scope)).extracting(Bucket::name).containsExactly("a", "c");
  }

  @Test
  void listsTheRegionsBucketsWhereTheEndpointTellsNoRegions() {
    s3.bucket("a", "us-east-1").bucket("b", "EU").bucket("c", "us-east-1");
    s3.tellsRegions = false;

    assertThat(buckets.list(scope.in("eu-west-1"))).extracting(Bucket::name).containsExactly("b");
  }

  @Test
  void createsInItsRegionWithPolicyAndTags() {
    Bucket made =
        buckets.create(
            scope, new Bucket("acme", POLICY, null, Map.of("team", "a"), "eu-west-1"), TOKEN);

    assertThat(made)
        .isEqualTo(new Bucket("acme", POLICY, Instant.EPOCH, Map.of("team", "a"), "eu-west-1"));
    assertThat(s3.regions).containsEntry("acme", "eu-west-1");
  }

  @Test
  void putsNoPolicyThatIsNull() {
    buckets.create(scope, Bucket.key("acme", "us-east-1"), TOKEN);

    assertThat(s3.calls).doesNotContain("PutBucketPolicy", "DeleteBucketPolicy");
  }

  @Test
  void waitsWhileAnotherChangeIsUnderWay() {
    s3.refuse("CreateBucket", error(409, "OperationAborted"))
        .refuse("PutBucketPolicy", error(409, "OperationAborted"), error(404, "NoSuchBucket"));

    Bucket made = buckets.create(scope, new Bucket("acme", POLICY, null, null, "eu-west-1"), TOKEN);

    assertThat(made.policy()).isEqualTo(POLICY);
  }

  @Test
  void leavesNoBucketBehindWhenItsPolicyIsRefused() {
    s3.refuse("PutBucketPolicy", error(400, "MalformedPolicy"));

    assertThatThrownBy(
            () -> buckets.create(scope, new Bucket("acme", POLICY, null, null, "eu-west-1"), TOKEN))
        .isInstanceOf(S3Exception.class)
        .hasMessageContaining("MalformedPolicy");
    assertThat(s3.regions).isEmpty();
  }

  @Test
  void leavesTheBucketWhenTheCreationCanGoOn() {
    s3.refuse("PutBucketPolicy", error(503, "SlowDown"));

    assertThatThrownBy(
            () -> buckets.create(scope, new Bucket("acme", POLICY, null, null, "eu-west-1"), TOKEN))
        .isInstanceOf(S3Exception.class);
    assertThat(s3.regions).containsKey("acme");
  }

  @Test
  void refusesToCreateABucketThatTheAccountHas() {
    s3.bucket("acme", "eu-west-1");
    s3.refuse("CreateBucket", error(409, "BucketAlreadyOwnedByYou"));

    assertThatThrownBy(() -> buckets.create(scope, Bucket.key("acme", "us-east-1"), TOKEN))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("exists already in this account, in eu-west-1");
    assertThatThrownBy(() -> buckets.create(scope, Bucket.key("acme", "eu-west-1"), TOKEN))
        .isInstanceOfSatisfying(
            CloudException.class,
            e -> {
              assertThat(e.failure().kind()).isEqualTo(CloudFailure.Kind.CONFLICT);
              assertThat(e.failure().requestId()).isEqualTo("R1");
            });
    assertThat(s3.regions).containsKey("acme");
  }

  @Test
  void goesOnWithABucketThatATryWithoutAnswerMade() {
    s3.bucket("acme", "eu-west-1");
    s3.refuse("CreateBucket", error(409, "BucketAlreadyOwnedByYou", 2));

    assertThat(buckets.create(scope, Bucket.key("acme", "eu-west-1"), TOKEN).createdAt())
        .isNotNull();
  }

  @Test
  void returnsWhatItWroteThoughReadsLagBehind() {
    String before = POLICY.toString().replace("Get", "Put");
    s3.bucket("acme", "eu-west-1").stalePolicies("acme", before, before, "");
    Bucket current = new Bucket("acme", json(before), Instant.EPOCH, null, "eu-west-1");

    Bucket after =
        buckets.update(
            scope, current, new Bucket("acme", POLICY, Instant.EPOCH, null, "eu-west-1"));

    assertThat(after.policy()).isEqualTo(POLICY);
  }

  @Test
  void takesAPolicyThatS3Rewrote() {
    String rewritten = POLICY.toString().replace("*", "arn:aws:iam::111122223333:root");
    s3.bucket("acme", "eu-west-1").stalePolicies("acme", rewritten);

    Bucket after =
        buckets.update(
            scope,
            Bucket.key("acme", "eu-west-1"),
            new Bucket("acme", POLICY, null, null, "eu-west-1"));

    assertThat(after.policy()).isEqualTo(json(rewritten));
  }

  @Test
  void removesPolicyAndTagsThatAreNull() {
    s3.bucket("acme", "eu-west-1");
    Bucket full = new Bucket("acme", POLICY, Instant.EPOCH, Map.of("team", "a"), "eu-west-1");
    buckets.update(scope, Bucket.key("acme", "eu-west-1"), full);

    Bucket bare = new Bucket("acme", null, Instant.EPOCH, null, "eu-west-1");

    assertThat(buckets.update(scope, full, bare)).isEqualTo(bare);
    assertThat(s3.calls).contains("DeleteBucketPolicy", "DeleteBucketTagging");
  }

  @Test
  void changesNothingForAPolicyOfTheSameMeaning() {
    s3.bucket("acme", "eu-west-1");
    s3.policies.put("acme", POLICY.toString());
    Bucket current = new Bucket("acme", POLICY, Instant.EPOCH, Map.of(), "eu-west-1");
    JsonNode same = json(POLICY.toString().replace("\"s3:GetObject\"", "[\"S3:getobject\"]"));

    buckets.update(scope, current, new Bucket("acme", same, Instant.EPOCH, null, "eu-west-1"));

    assertThat(s3.calls).noneMatch(c -> c.startsWith("Put") || c.startsWith("Delete"));
  }

  @Test
  void saysThatThePublicAccessBlockMayBeWhyAPolicyIsDenied() {
    s3.bucket("acme", "eu-west-1").refuse("PutBucketPolicy", error(403, "AccessDenied"));
    s3.blocks.put("acme", PublicAccessBlockConfiguration.builder().blockPublicPolicy(true).build());

    assertThatThrownBy(
            () ->
                buckets.update(
                    scope,
                    Bucket.key("acme", "eu-west-1"),
                    new Bucket("acme", POLICY, null, null, "eu-west-1")))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("AccessDenied said S3")
        .hasMessageContaining("public_access_block.block_public_policy of bucket acme is on");
  }

  @Test
  void saysWhatABucketStillHolds() {
    s3.bucket("acme", "eu-west-1").objects.get("acme").put("k", "\"e\"");
    assertThatThrownBy(() -> buckets.delete(scope, Bucket.key("acme", "eu-west-1")))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("delete its rows of bucket_object");

    s3.objects.get("acme").clear();
    s3.oldVersions = true;
    assertThatThrownBy(() -> buckets.delete(scope, Bucket.key("acme", "eu-west-1")))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("old versions or delete markers");
  }

  @Test
  void deletesWhatIsGoneAlready() {
    buckets.delete(scope, Bucket.key("acme", "eu-west-1"));

    assertThat(s3.calls).contains("DeleteBucket");
  }

  @Test
  void checksNamesOfNewBucketsOnly() {
    assertThat(buckets.validate(Bucket.key("Old_Bucket", "us-east-1"), null))
        .extracting(Problem::column)
        .containsExactly("name");
    assertThat(buckets.validate(new Bucket("Old_Bucket", null, Instant.EPOCH, null, "x"), null))
        .isEmpty();
    assertThat(
            buckets.validate(
                new Bucket("acme", json("{}"), null, Map.of("aws:x", ""), "us-east-1"), null))
        .extracting(Problem::column)
        .containsExactly("policy", "tags");
  }
}
