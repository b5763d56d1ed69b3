package io.iasql.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.Tag;

class BucketTagsTest {
  private static final Tag OF_AWS = tag("aws:cloudformation:stack-name", "web");

  @Test
  void showsNoTagsOfAws() {
    assertThat(BucketTags.shown(List.of(OF_AWS, tag("team", "a")))).isEqualTo(Map.of("team", "a"));
    assertThat(BucketTags.shown(List.of(OF_AWS))).isNull();
  }

  @Test
  void keepsTheTagsOfAws() {
    assertThat(BucketTags.toSend(Map.of("team", "b"), List.of(OF_AWS, tag("team", "a"))))
        .containsExactly(OF_AWS, tag("team", "b"));
    assertThat(BucketTags.toSend(null, List.of(tag("team", "a")))).isEmpty();
  }

  @Test
  void takesNoTagsAndAnEmptySetForTheSame() {
    assertThat(BucketTags.same(null, Map.of())).isTrue();
    assertThat(BucketTags.same(null, Map.of("team", "a"))).isFalse();
  }

  @Test
  void refusesWhatS3Refuses() {
    Map<String, String> noValue = new HashMap<>();
    noValue.put("team", null);
    Map<String, String> many =
        IntStream.range(0, 51).boxed().collect(Collectors.toMap(i -> "k" + i, i -> ""));

    assertThat(BucketTags.refusals(Map.of("cost center", "a+b=c/d@e_f.g:h-ü", "empty", "")))
        .isEmpty();
    assertThat(BucketTags.refusals(noValue)).singleElement().asString().contains("needs a text");
    assertThat(BucketTags.refusals(many)).singleElement().asString().contains("at most 50");
    assertThat(BucketTags.refusals(Map.of("", ""))).singleElement().asString().contains("1 to 128");
    assertThat(BucketTags.refusals(Map.of("k".repeat(129), ""))).hasSize(1);
    assertThat(BucketTags.refusals(Map.of("k", "v".repeat(257)))).hasSize(1);
    assertThat(BucketTags.refusals(Map.of("Aws:x", "")))
        .singleElement()
        .asString()
        .contains("aws:");
    assertThat(BucketTags.refusals(Map.of("k", "<"))).singleElement().asString().contains("only");
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }
}
