package io.iasql.aws.s3;

import static io.iasql.aws.s3.FakeS3.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.contract.FakeScope;
import io.iasql.spi.AwsScope;
import io.iasql.spi.IdempotencyToken;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;

class PublicAccessBlocksTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("t-1");
  private static final Bucket ACME = Bucket.key("acme", "eu-west-1");

  private final FakeS3 s3 = new FakeS3().bucket("acme", "eu-west-1");
  private final AwsScope scope = FakeScope.of(s3);
  private final PublicAccessBlocks blocks = new PublicAccessBlocks();

  @Test
  void putsOverTheBlockThatCameWithTheBucket() {
    s3.blocks.put("acme", PublicAccessBlockConfiguration.builder().blockPublicPolicy(true).build());
    s3.refuse("PutPublicAccessBlock", error(409, "OperationAborted"));
    PublicAccessBlock open = new PublicAccessBlock(true, true, false, false, ACME);

    assertThat(blocks.find(scope, open, TOKEN)).isEmpty();
    assertThat(blocks.create(scope, open, TOKEN)).isEqualTo(open);
    assertThat(blocks.find(scope, open, TOKEN)).contains(open);
  }

  @Test
  void comesWithTheBucket() {
    s3.blocks.put("acme", PublicAccessBlockConfiguration.builder().ignorePublicAcls(true).build());

    assertThat(blocks.listOf(scope, ACME))
        .containsExactly(new PublicAccessBlock(false, true, false, false, ACME));
  }

  @Test
  void hasNoneWhereTheBucketIsGone() {
    PublicAccessBlock gone =
        new PublicAccessBlock(true, true, true, true, Bucket.key("gone", "eu-west-1"));

    assertThat(blocks.read(scope, gone)).isEmpty();
  }
}
