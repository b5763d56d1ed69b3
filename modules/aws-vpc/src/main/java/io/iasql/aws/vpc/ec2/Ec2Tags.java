package io.iasql.aws.vpc.ec2;

import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * Tags of EC2 resources as a column. Tags that start with {@code aws:} belong to AWS and those that
 * start with {@code iasql:} to this product: neither appears in a row, and no update touches them.
 * Limits: Amazon EC2 User Guide, "Tag your Amazon EC2 resources".
 */
public final class Ec2Tags {
  private static final String OF_AWS = "aws:";
  private static final String OF_IASQL = "iasql:";
  private static final int MOST = 50;
  private static final int LONGEST_KEY = 128;
  private static final int LONGEST_VALUE = 256;

  private Ec2Tags() {}

  /** What turns one set of tags into another, touching nothing that both have. */
  record Changes(Map<String, String> put, List<String> remove) {
    static Changes between(Map<String, String> from, Map<String, String> to) {
      Map<String, String> before = from == null ? Map.of() : from;
      Map<String, String> after = to == null ? Map.of() : to;
      Map<String, String> put = new TreeMap<>(after);
      put.entrySet().removeIf(tag -> tag.getValue().equals(before.get(tag.getKey())));
      List<String> remove =
          before.keySet().stream()
              .filter(key -> !after.containsKey(key) && !isReserved(key))
              .sorted()
              .toList();
      return new Changes(put, remove);
    }
  }

  /** One form for columns that mean the same: no tags are null. */
  public static Map<String, String> canonical(Map<String, String> tags) {
    return tags == null || tags.isEmpty() ? null : Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  /** The tags that people see, or null when there are none. */
  public static Map<String, String> visible(List<Tag> tags) {
    Map<String, String> result = new TreeMap<>();
    tags.stream()
        .filter(tag -> !isReserved(tag.key()))
        .forEach(tag -> result.put(tag.key(), tag.value() == null ? "" : tag.value()));
    return canonical(result);
  }

  /** The tags to give at creation: those of the row and the token, by which it is found again. */
  public static TagSpecification specification(
      ResourceType type, Map<String, String> tags, IdempotencyToken token) {
    List<Tag> all = new ArrayList<>();
    if (tags != null) {
      tags.forEach((key, value) -> all.add(tag(key, value)));
    }
    all.add(tag(IdempotencyToken.TAG, token.value()));
    return TagSpecification.builder().resourceType(type).tags(all).build();
  }

  /** The ids of what {@link #specification} has marked (DescribeTags). */
  public static Stream<String> markedWith(Ec2Client ec2, IdempotencyToken token) {
    return ec2
        .describeTagsPaginator(
            r ->
                r.filters(
                    Ec2.filter("key", IdempotencyToken.TAG), Ec2.filter("value", token.value())))
        .tags()
        .stream()
        .map(TagDescription::resourceId);
  }

  /** Brings the tags of a resource from one set to another (CreateTags, DeleteTags). */
  public static void update(
      Ec2Client ec2, String resourceId, Map<String, String> from, Map<String, String> to) {
    Changes changes = Changes.between(from, to);
    if (!changes.put().isEmpty()) {
      List<Tag> put = new ArrayList<>();
      changes.put().forEach((key, value) -> put.add(tag(key, value)));
      ec2.createTags(r -> r.resources(resourceId).tags(put));
    }
    if (!changes.remove().isEmpty()) {
      List<Tag> remove =
          changes.remove().stream().map(key -> Tag.builder().key(key).build()).toList();
      ec2.deleteTags(r -> r.resources(resourceId).tags(remove));
    }
  }

  /**
   * What EC2 would refuse about the tags.
   *
   * @param id the resource's, null for one that is to be created: that gets a tag more, by which it
   *     is found again
   */
  public static List<Problem> problems(String id, Map<String, String> tags) {
    if (tags == null) {
      return List.of();
    }
    List<Problem> problems = new ArrayList<>();
    int most = id == null ? MOST - 1 : MOST;
    if (tags.size() > most) {
      String takes =
          id == null ? " tags, a new resource takes at most " : " tags, a resource takes at most ";
      problems.add(problem("has " + tags.size() + takes + most));
    }
    tags.forEach(
        (key, value) -> {
          if (isReserved(key)) {
            problems.add(
                problem("names '" + key + "': keys that start with aws: or iasql: are reserved"));
          } else if (key.isEmpty() || key.length() > LONGEST_KEY) {
            problems.add(
                problem("has the key '" + key + "': a key is 1 to " + LONGEST_KEY + " characters"));
          }
          if (value == null) {
            problems.add(problem("gives '" + key + "' no value: write an empty string"));
          } else if (value.length() > LONGEST_VALUE) {
            problems.add(
                problem(
                    "gives '"
                        + key
                        + "' a value of "
                        + value.length()
                        + " characters, at most "
                        + LONGEST_VALUE
                        + " are allowed"));
          }
        });
    return problems;
  }

  private static boolean isReserved(String key) {
    return key.startsWith(OF_AWS) || key.startsWith(OF_IASQL);
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private static Problem problem(String message) {
    return new Problem("tags", "tags " + message + ".");
  }
}
