package io.iasql.peers;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Several objects of Kubernetes in one YAML text. */
public final class Manifests {
  private static final Pattern SEPARATOR = Pattern.compile("^---\\s*$", Pattern.MULTILINE);
  private static final Pattern KIND = Pattern.compile("^kind: (\\w+)\\s*$", Pattern.MULTILINE);

  private Manifests() {}

  /** The objects of these kinds, in their order. */
  public static String only(Set<String> kinds, String yaml) {
    return Arrays.stream(SEPARATOR.split(yaml))
        .filter(object -> kinds.contains(kind(object)))
        .collect(Collectors.joining("\n---\n"));
  }

  private static String kind(String object) {
    Matcher matcher = KIND.matcher(object);
    return matcher.find() ? matcher.group(1) : "";
  }
}
