package io.iasql.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.contract.FakeScope;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Problem;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.RoutingRule;
import software.amazon.awssdk.services.s3.model.WebsiteConfiguration;

class BucketWebsitesTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("t-1");
  private static final Bucket ACME = Bucket.key("acme", "eu-west-1");
  private static final BucketWebsite PLAIN = new BucketWebsite("index.html", null, ACME);

  private final FakeS3 s3 = new FakeS3().bucket("acme", "eu-west-1");
  private final AwsScope scope = FakeScope.of(s3);
  private final BucketWebsites websites = new BucketWebsites();

  @Test
  void createsChangesAndDeletes() {
    assertThat(websites.create(scope, PLAIN, TOKEN)).isEqualTo(PLAIN);

    BucketWebsite changed = new BucketWebsite("i.html", "errors/404.html", ACME);
    assertThat(websites.find(scope, changed, TOKEN)).isEmpty();
    assertThat(websites.update(scope, PLAIN, changed)).isEqualTo(changed);

    websites.delete(scope, changed);
    assertThat(websites.read(scope, changed)).isEmpty();
    websites.delete(scope, changed);
  }

  @Test
  void keepsRoutingRules() {
    RoutingRule rule =
        RoutingRule.builder()
            .condition(c -> c.keyPrefixEquals("a/"))
            .redirect(r -> r.replaceKeyPrefixWith("b/"))
            .build();
    s3.websites.put(
        "acme",
        WebsiteConfiguration.builder()
            .indexDocument(d -> d.suffix("index.html"))
            .routingRules(rule)
            .build());

    websites.update(scope, PLAIN, new BucketWebsite("i.html", null, ACME));

    assertThat(s3.websites.get("acme").routingRules()).containsExactly(rule);
  }

  @Test
  void leavesWebsitesThatRedirectAllRequestsAlone() {
    s3.websites.put(
        "acme",
        WebsiteConfiguration.builder()
            .redirectAllRequestsTo(r -> r.hostName("example.com"))
            .build());

    assertThat(websites.list(scope.in("eu-west-1"))).isEmpty();
    assertThatThrownBy(() -> websites.create(scope, PLAIN, TOKEN))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("redirects all requests");
  }

  @Test
  void refusesDocumentsThatCannotBe() {
    assertThat(websites.validate(PLAIN, null)).isEmpty();
    assertThat(websites.validate(new BucketWebsite("a/index.html", "", ACME), null))
        .extracting(Problem::column)
        .containsExactly("index_document", "error_document");
  }
}
