package io.iasql.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * This operator's share of the custom resources in its namespaces, by label selector. A connection,
 * its environments and their transactions carry the same labels; what does not is somebody else's
 * and left alone.
 */
@Singleton
public final class Shard {
  // The key of "key", "!key", "key=a", "key!=a", "key in (a,b)" and "key notin (a,b)".
  private static final Pattern KEY = Pattern.compile("^!?\\s*([^\\s=!()]+)");
  private static final Pattern COMMA_OUTSIDE_A_SET = Pattern.compile(",(?![^(]*\\))");

  private final Optional<String> selector;
  private final Set<String> keys;

  @Inject
  Shard(OperatorConfig config) {
    this(config.watchSelector());
  }

  Shard(Optional<String> selector) {
    this.selector = selector.map(String::strip).filter(text -> !text.isEmpty());
    this.keys = this.selector.map(Shard::keys).orElse(Set.of());
  }

  private static Set<String> keys(String selector) {
    return Arrays.stream(COMMA_OUTSIDE_A_SET.split(selector))
        .map(requirement -> KEY.matcher(requirement.strip()))
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The selector as Kubernetes writes it; empty where everything is this operator's. */
  public Optional<String> selector() {
    return selector;
  }

  /** The labels of a resource that the selector looks at: others like it need the same ones. */
  public Map<String, String> labels(HasMetadata resource) {
    Map<String, String> labels = new TreeMap<>();
    if (resource.getMetadata().getLabels() != null) {
      labels.putAll(resource.getMetadata().getLabels());
    }
    labels.keySet().retainAll(keys);
    return labels;
  }

  /** What there is to say of a resource that this operator does not see. */
  public String missing() {
    return selector
        .map(text -> " does not exist, or is not this operator's, which works on " + text)
        .orElse(" does not exist");
  }
}
