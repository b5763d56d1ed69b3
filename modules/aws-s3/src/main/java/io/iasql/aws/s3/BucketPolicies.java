package io.iasql.aws.s3;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.account.PolicySyntax;
import io.iasql.spi.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What S3 refuses of a bucket policy beyond what all services refuse ({@link PolicySyntax}): its
 * size, unknown fields, actions of other services, other buckets' resources. Sources: S3 User
 * Guide, "Policies and permissions in Amazon S3" and "Bucket policies for Amazon S3"; Service
 * Authorization Reference, "Actions, resources, and condition keys for Amazon S3". Whether a
 * principal exists or a condition key fits is for S3 to say.
 */
final class BucketPolicies {
  private static final String COLUMN = "policy";
  private static final int MOST_BYTES = 20 * 1024;
  private static final Set<String> DOCUMENT_FIELDS = Set.of("version", "id", "statement");
  private static final Set<String> STATEMENT_FIELDS =
      Set.of(
          "sid",
          "effect",
          "principal",
          "notprincipal",
          "action",
          "notaction",
          "resource",
          "notresource",
          "condition");
  private static final Set<String> PRINCIPALS =
      Set.of("aws", "canonicaluser", "federated", "service");
  private static final Pattern ACTION =
      Pattern.compile("\\*|s3:[a-z0-9*?]+", Pattern.CASE_INSENSITIVE);
  private static final Pattern BUCKET_ARN = Pattern.compile("arn:[^:]*:s3:::([^/]*)(/.*)?");
  private static final Pattern WILD = Pattern.compile("[*?$]");

  private final String bucket;
  private final List<Problem> problems = new ArrayList<>();

  private BucketPolicies(String bucket) {
    this.bucket = bucket;
  }

  /** Why S3 would refuse the policy for this bucket; empty when nothing is wrong with it. */
  static List<Problem> problems(String bucket, JsonNode policy) {
    List<Problem> misshapen = PolicySyntax.ofResource(COLUMN, policy);
    if (!misshapen.isEmpty()) {
      return misshapen;
    }
    BucketPolicies check = new BucketPolicies(bucket);
    check.document(policy);
    return check.problems;
  }

  private void document(JsonNode policy) {
    int bytes = policy.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      refuse("A bucket policy has at most %d bytes, not %d.", MOST_BYTES, bytes);
    }
    unknown(policy, DOCUMENT_FIELDS)
        .ifPresent(f -> refuse("The policy has the unknown field %s.", f));
    fields(policy, "statement")
        .flatMap(s -> s.isArray() ? elements(s) : Stream.of(s))
        .forEach(this::statement);
  }

  private void statement(JsonNode statement) {
    unknown(statement, STATEMENT_FIELDS)
        .ifPresent(f -> refuse("A statement of the policy has the unknown field %s.", f));
    fields(statement, "principal", "notprincipal").forEach(this::principal);
    fields(statement, "action", "notaction").forEach(a -> texts("action", a, this::action));
    fields(statement, "resource", "notresource").forEach(r -> texts("resource", r, this::resource));
    fields(statement, "condition").forEach(this::condition);
  }

  private void principal(JsonNode principal) {
    if (principal.isTextual() && principal.asText().equals("*")) {
      return;
    }
    if (!principal.isObject() || principal.isEmpty()) {
      refuse("A principal is \"*\" or an object such as {\"AWS\": \"...\"}, not %s.", principal);
      return;
    }
    unknown(principal, PRINCIPALS)
        .ifPresent(kind -> refuse("There is no kind of principal %s.", kind));
    principal.forEach(names -> texts("principal", names, (what, name) -> {}));
  }

  private void action(String what, String action) {
    if (!ACTION.matcher(action).matches()) {
      refuse("A bucket policy's %s is \"s3:...\" or \"*\", not \"%s\".", what, action);
    }
  }

  private void resource(String what, String resource) {
    if (resource.equals("*")) {
      return;
    }
    if (!resource.startsWith("arn:")) {
      refuse("A %s is an ARN such as arn:aws:s3:::%s/*, not \"%s\".", what, bucket, resource);
      return;
    }
    Matcher arn = BUCKET_ARN.matcher(resource);
    if (arn.matches() && !WILD.matcher(arn.group(1)).find() && !arn.group(1).equals(bucket)) {
      refuse("\"%s\" is a %s of another bucket than %s.", resource, what, bucket);
    }
  }

  private void condition(JsonNode condition) {
    if (!condition.isObject() || !elements(condition).allMatch(JsonNode::isObject)) {
      refuse("A Condition is an object of operators with their keys, not %s.", condition);
    }
  }

  private void texts(String what, JsonNode node, BiConsumer<String, String> check) {
    List<JsonNode> all = node.isArray() ? elements(node).toList() : List.of(node);
    if (all.isEmpty() || !all.stream().allMatch(e -> e.isTextual() && !e.asText().isEmpty())) {
      refuse("A statement's %s is a text or a list of texts, not %s.", what, node);
      return;
    }
    all.forEach(e -> check.accept(what, e.asText()));
  }

  private void refuse(String format, Object... arguments) {
    problems.add(new Problem(COLUMN, String.format(Locale.ROOT, format, arguments)));
  }

  private static Stream<JsonNode> fields(JsonNode object, String... names) {
    return object.properties().stream()
        .filter(f -> Set.of(names).contains(f.getKey().toLowerCase(Locale.ROOT)))
        .map(f -> f.getValue());
  }

  private static Optional<String> unknown(JsonNode object, Set<String> known) {
    return object.properties().stream()
        .map(f -> f.getKey())
        .filter(name -> !known.contains(name.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  private static Stream<JsonNode> elements(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }
}
