package io.iasql.aws.s3;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Bucket tags as a map. Those with the prefix {@code aws:} belong to AWS: they are not shown and
 * survive every change. Limits: S3 User Guide, "Using cost allocation S3 bucket tags".
 */
final class BucketTags {
  private static final String OF_AWS = "aws:";
  private static final int MOST = 50;
  private static final int LONGEST_KEY = 128;
  private static final int LONGEST_VALUE = 256;
  private static final Pattern CHARACTERS = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");

  private BucketTags() {}

  /** The tags that people may change; null when there are none. */
  static Map<String, String> shown(Collection<Tag> tags) {
    Map<String, String> result = new TreeMap<>();
    tags.stream().filter(t -> !ofAws(t.key())).forEach(t -> result.put(t.key(), t.value()));
    return result.isEmpty() ? null : result;
  }

  /** The whole set to send, since S3 replaces all tags at once. */
  static List<Tag> toSend(Map<String, String> desired, Collection<Tag> present) {
    List<Tag> result = new ArrayList<>(present.stream().filter(t -> ofAws(t.key())).toList());
    orNone(desired).forEach((k, v) -> result.add(Tag.builder().key(k).value(v).build()));
    return result;
  }

  /** No tags and an empty set of tags are the same. */
  static boolean same(Map<String, String> one, Map<String, String> other) {
    return orNone(one).equals(orNone(other));
  }

  /** Why S3 would refuse these tags; empty when it would not. */
  static List<String> refusals(Map<String, String> tags) {
    List<String> result = new ArrayList<>();
    if (tags.size() > MOST) {
      result.add("A bucket has at most " + MOST + " tags, not " + tags.size());
    }
    tags.forEach(
        (key, value) -> {
          if (key.isEmpty() || key.length() > LONGEST_KEY) {
            result.add("A tag's key has 1 to " + LONGEST_KEY + " characters: \"" + key + "\"");
          } else if (ofAws(key)) {
            result.add("AWS reserves tags that begin with \"aws:\": \"" + key + "\"");
          }
          if (value == null || value.length() > LONGEST_VALUE) {
            result.add(
                "Tag \"" + key + "\" needs a text of at most " + LONGEST_VALUE + " characters");
          }
          if (!CHARACTERS.matcher(key + (value == null ? "" : value)).matches()) {
            result.add(
                "Tag \"" + key + "\" may have letters, digits, spaces and _ . : / = + - @ only");
          }
        });
    return result;
  }

  private static boolean ofAws(String key) {
    return key.regionMatches(true, 0, OF_AWS, 0, OF_AWS.length());
  }

  private static Map<String, String> orNone(Map<String, String> tags) {
    return tags == null ? Map.of() : tags;
  }
}
