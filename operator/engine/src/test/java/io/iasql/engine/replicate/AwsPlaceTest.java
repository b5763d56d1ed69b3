package io.iasql.engine.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.spi.AwsPlace;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsPlaceTest {
  private static final AwsPlace STAGING = new AwsPlace("111122223333", "aws", "eu-west-1");
  private static final AwsPlace PROD = new AwsPlace("444455556666", "aws", "us-east-2");
  private static final AwsPlace CHINA = new AwsPlace("777788889999", "aws-cn", "cn-north-1");
  private static final Map<String, String> NAMES = Map.of("assets", "assets-prod");

  @ParameterizedTest
  @CsvSource({
    "eu-west-1, us-east-2",
    "eu-west-1b, us-east-2b",
    "eu-west-2, eu-west-2",
    "eu-west-12, eu-west-12",
    // A name that people chose.
    "logs-eu-west-1, logs-eu-west-1",
    "assets, assets",
    "logs-111122223333, logs-444455556666",
    "9111122223333, 9111122223333",
    "arn:aws:sqs:eu-west-1:111122223333:jobs, arn:aws:sqs:us-east-2:444455556666:jobs",
    "arn:aws:sqs:eu-west-2:111122223333:jobs, arn:aws:sqs:eu-west-2:444455556666:jobs",
    "arn:aws:s3:::assets/*, arn:aws:s3:::assets-prod/*",
    "arn:aws:s3:::assets-old/*, arn:aws:s3:::assets-old/*",
    "com.amazonaws.eu-west-1.s3, com.amazonaws.us-east-2.s3",
    "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs, https://sqs.us-east-2.amazonaws.com/444455556666/jobs",
    "assets.s3-website-eu-west-1.amazonaws.com, assets.s3-website-us-east-2.amazonaws.com",
    "from arn:aws:s3:::assets and eu-west-1, from arn:aws:s3:::assets-prod and eu-west-1"
  })
  void shouldSayTheSameOfAnotherAccount(String here, String there) {
    assertThat(STAGING.in(PROD, NAMES, here)).isEqualTo(there);
  }

  @ParameterizedTest
  @CsvSource({"arn:aws:iam::111122223333:root, arn:aws-cn:iam::777788889999:root"})
  void shouldNameTheOtherPartition(String here, String there) {
    assertThat(STAGING.in(CHINA, NAMES, here)).isEqualTo(there);
  }
}
