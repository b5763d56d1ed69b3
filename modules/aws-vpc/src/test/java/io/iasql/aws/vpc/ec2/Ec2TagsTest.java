package io.iasql.aws.vpc.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;

class Ec2TagsTest {

  @Test
  void changesOnlyWhatDiffers() {
    Ec2Tags.Changes changes =
        Ec2Tags.Changes.between(
            Map.of("same", "1", "other", "1", "gone", "1"),
            Map.of("same", "1", "other", "2", "new", ""));

    assertThat(changes.put()).isEqualTo(Map.of("other", "2", "new", ""));
    assertThat(changes.remove()).containsExactly("gone");
  }

  @Test
  void neverRemovesReservedTags() {
    Ec2Tags.Changes changes =
        Ec2Tags.Changes.between(Map.of("aws:x", "1", IdempotencyToken.TAG, "1"), null);

    assertThat(changes.put()).isEmpty();
    assertThat(changes.remove()).isEmpty();
  }

  @Test
  void showsNoReservedTags() {
    List<Tag> tags =
        List.of(tag("aws:cloudformation:stack-name", "s"), tag("iasql:token", "t"), tag("a", "b"));

    assertThat(Ec2Tags.visible(tags)).isEqualTo(Map.of("a", "b"));
    assertThat(Ec2Tags.visible(tags.subList(0, 2))).isNull();
  }

  @Test
  void marksAtCreation() {
    var specification =
        Ec2Tags.specification(ResourceType.VPC, Map.of("a", "b"), new IdempotencyToken("t-1"));

    assertThat(specification.resourceTypeAsString()).isEqualTo("vpc");
    assertThat(specification.tags()).containsExactly(tag("a", "b"), tag("iasql:token", "t-1"));
  }

  @Test
  void refusesWhatEc2Refuses() {
    Map<String, String> tags = new HashMap<>();
    tags.put("aws:x", "1");
    tags.put("", "1");
    tags.put("n", null);
    tags.put("long", "x".repeat(257));

    assertThat(Ec2Tags.problems("vpc-1", tags))
        .extracting(Problem::column)
        .containsOnly("tags")
        .hasSize(4);
    assertThat(Ec2Tags.problems("vpc-1", null)).isEmpty();
    assertThat(Ec2Tags.problems("vpc-1", many(50))).isEmpty();
    assertThat(Ec2Tags.problems("vpc-1", many(51)))
        .extracting(Problem::message)
        .containsExactly("tags has 51 tags, a resource takes at most 50.");
  }

  @Test
  void keepsATagOfANewResourceForItself() {
    assertThat(Ec2Tags.problems(null, many(49))).isEmpty();
    assertThat(Ec2Tags.problems(null, many(50)))
        .extracting(Problem::message)
        .containsExactly("tags has 50 tags, a new resource takes at most 49.");
  }

  private static Map<String, String> many(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> "k" + i, i -> ""));
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }
}
