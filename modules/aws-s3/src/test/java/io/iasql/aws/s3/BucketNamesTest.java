package io.iasql.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketNamesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abc",
        "acme-assets",
        "www.example.com",
        "1-2",
        "1.2.3",
        "my--bucket",
        "a.-b",
        "a23456789012345678901234567890123456789012345678901234567890123"
      })
  void acceptsWhatTheRulesAllow(String name) {
    assertThat(BucketNames.refusal(name)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ab|3 to 63 characters, not 2",
        "a234567890123456789012345678901234567890123456789012345678901234|not 64",
        "Acme|lowercase letters",
        "my_bucket|lowercase letters",
        "büro|lowercase letters",
        "-abc|begins and ends",
        "abc.|begins and ends",
        "a..b|adjacent periods",
        "192.168.5.4|IP address",
        "xn--abc|begin with \"xn--\"",
        "sthree-configurator|begin with \"sthree-\"",
        "amzn-s3-demo-bucket|begin with \"amzn-s3-demo-\"",
        "abc-s3alias|end with \"-s3alias\"",
        "abc--ol-s3|end with \"--ol-s3\"",
        "abc.mrap|end with \".mrap\"",
        "abc--usw2-az1--x-s3|end with \"--x-s3\"",
        "abc--table-s3|end with \"--table-s3\""
      })
  void refusesWhatTheRulesForbid(String name, String why) {
    assertThat(BucketNames.refusal(name)).hasValueSatisfying(m -> assertThat(m).contains(why));
  }
}
