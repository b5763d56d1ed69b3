package io.iasql.aws.s3;

import static io.iasql.aws.s3.FakeS3.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.contract.FakeScope;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Problem;
import java.util.Collections;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketObjectsTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("t-1");
  private static final Bucket ACME = Bucket.key("acme", "us-east-1");

  private final FakeS3 s3 = new FakeS3().bucket("acme", "us-east-1").bucket("logs", "us-east-1");
  private final AwsScope scope = FakeScope.of(s3);
  private final BucketObjects objects = new BucketObjects();

  @Test
  void fetchesPagesOnlyAsTheyAreConsumed() {
    IntStream.range(0, 100)
        .forEach(i -> s3.objects.get("acme").put(String.format("k%03d", i), "\"e\""));
    s3.objects.get("logs").put("l", "\"e\"");
    s3.pageSize = 10;

    Iterator<BucketObject> all = objects.list(scope).iterator();
    all.next();
    long pagesForTheFirst = Collections.frequency(s3.calls, "ListObjectsV2");
    int count = 1;
    for (; all.hasNext(); all.next()) {
      count++;
    }

    assertThat(pagesForTheFirst).isEqualTo(1);
    assertThat(count).isEqualTo(101);
    assertThat(Collections.frequency(s3.calls, "ListObjectsV2")).isEqualTo(11);
  }

  @Test
  void leavesOutABucketThatVanishesMeanwhile() {
    s3.objects.get("logs").put("l", "\"e\"");
    s3.refuse("ListObjectsV2", error(404, "NoSuchBucket"));

    assertThat(objects.list(scope)).extracting(BucketObject::key).containsExactly("l");
  }

  @Test
  void readsTheVeryKey() {
    s3.objects.get("acme").put("index.html", "\"e\"");

    assertThat(objects.read(scope, object("index", null))).isEmpty();
    assertThat(objects.read(scope, object("index.html", null)))
        .contains(new BucketObject("index.html", ACME, "us-east-1", "e", null, null));
  }

  @Test
  void sendsContentAndGivesNoneBack() {
    BucketObject made = objects.create(scope, object("k", "text"), TOKEN);
    BucketObject sentAgain =
        objects.update(
            scope, made, new BucketObject("k", ACME, "us-east-1", made.eTag(), "new", "text/html"));

    assertThat(made.content()).isNull();
    assertThat(made.eTag()).startsWith("k-");
    assertThat(sentAgain.eTag()).isNotEqualTo(made.eTag());
    assertThat(objects.update(scope, sentAgain, sentAgain)).isEqualTo(sentAgain);
    assertThat(Collections.frequency(s3.calls, "PutObject")).isEqualTo(2);
  }

  @Test
  void needsContentForANewObject() {
    assertThat(objects.validate(object("k", null), null))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("s3_upload_object"));
    assertThat(objects.validate(object("k", ""), null)).isEmpty();
    assertThat(
            objects.validate(
                new BucketObject("k", ACME, "us-east-1", "e", null, "text/html"), null))
        .extracting(Problem::column)
        .containsExactly("content_type");
    assertThat(objects.validate(object("ü".repeat(513), "x"), null))
        .extracting(Problem::column)
        .containsExactly("key");
    assertThatThrownBy(() -> objects.create(scope, object("k", null), TOKEN))
        .isInstanceOf(CloudException.class);
  }

  private static BucketObject object(String key, String content) {
    return new BucketObject(key, ACME, "us-east-1", null, content, null);
  }
}
