package io.iasql.aws.s3;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** S3 User Guide, "General purpose bucket naming rules". */
final class BucketNames {
  private static final int SHORTEST = 3;
  private static final int LONGEST = 63;
  private static final Pattern CHARACTERS = Pattern.compile("[a-z0-9.-]*");
  private static final Pattern ENDS = Pattern.compile("[a-z0-9](.*[a-z0-9])?");
  private static final Pattern IP_ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
  private static final List<String> RESERVED_PREFIXES = List.of("xn--", "sthree-", "amzn-s3-demo-");
  private static final List<String> RESERVED_SUFFIXES =
      List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3");

  private BucketNames() {}

  /** Why S3 would refuse to create a bucket of this name, or empty when it would not. */
  static Optional<String> refusal(String name) {
    if (name.length() < SHORTEST || name.length() > LONGEST) {
      return Optional.of(
          "A bucket name has " + SHORTEST + " to " + LONGEST + " characters, not " + name.length());
    }
    if (!CHARACTERS.matcher(name).matches()) {
      return Optional.of(
          "A bucket name consists of lowercase letters, digits, periods and hyphens: \""
              + name
              + "\"");
    }
    if (!ENDS.matcher(name).matches()) {
      return Optional.of("A bucket name begins and ends with a letter or digit: \"" + name + "\"");
    }
    if (name.contains("..")) {
      return Optional.of("A bucket name has no two adjacent periods: \"" + name + "\"");
    }
    if (IP_ADDRESS.matcher(name).matches()) {
      return Optional.of("A bucket name does not look like an IP address: \"" + name + "\"");
    }
    Optional<String> prefix = RESERVED_PREFIXES.stream().filter(name::startsWith).findFirst();
    if (prefix.isPresent()) {
      return Optional.of("AWS reserves bucket names that begin with \"" + prefix.get() + "\"");
    }
    return RESERVED_SUFFIXES.stream()
        .filter(name::endsWith)
        .findFirst()
        .map(suffix -> "AWS reserves bucket names that end with \"" + suffix + "\"");
  }
}
