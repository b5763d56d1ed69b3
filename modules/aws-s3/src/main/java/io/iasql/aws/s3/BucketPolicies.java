package io.iasql.aws.s3;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What S3 refuses of a bucket policy whatever the account holds: shape, actions of other services,
 * other buckets' resources. Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; S3
 * User Guide, "Policies and permissions in Amazon S3" and "Bucket restrictions and limitations".
 * Whether a principal exists or a condition key fits is for S3 to say.
 */
final class BucketPolicies {
  private static final int MOST_BYTES = 20 * 1024;
  private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");
  private static final Set<String> EFFECTS = Set.of("Allow", "Deny");
  private static final Set<String> DOCUMENT_FIELDS = Set.of("Version", "Id", "Statement");
  private static final Set<String> STATEMENT_FIELDS =
      Set.of(
          "Sid",
          "Effect",
          "Principal",
          "NotPrincipal",
          "Action",
          "NotAction",
          "Resource",
          "NotResource",
          "Condition");
  private static final Set<String> PRINCIPALS =
      Set.of("AWS", "CanonicalUser", "Federated", "Service");
  private static final Pattern ACTION =
      Pattern.compile("\\*|s3:[a-z0-9*?]+", Pattern.CASE_INSENSITIVE);
  private static final Pattern BUCKET_ARN = Pattern.compile("arn:[^:]*:s3:::([^/]*)(/.*)?");
  private static final Pattern WILD = Pattern.compile("[*?$]");

  private final String bucket;
  private final List<String> refusals = new ArrayList<>();

  private BucketPolicies(String bucket) {
    this.bucket = bucket;
  }

  /** Why S3 would refuse the policy for this bucket; empty when nothing is wrong with it. */
  static List<String> refusals(String bucket, JsonNode policy) {
    BucketPolicies check = new BucketPolicies(bucket);
    check.document(policy);
    return check.refusals;
  }

  private void document(JsonNode policy) {
    if (!policy.isObject()) {
      refusals.add("A policy is a JSON object");
      return;
    }
    int bytes = policy.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      refusals.add("A bucket policy has at most " + MOST_BYTES + " bytes, not " + bytes);
    }
    unknown(policy, DOCUMENT_FIELDS).ifPresent(f -> refusals.add("Unknown policy field " + f));
    JsonNode version = policy.get("Version");
    if (version != null && !(version.isTextual() && VERSIONS.contains(version.asText()))) {
      refusals.add("Version is \"2012-10-17\" or \"2008-10-17\", not " + version);
    }
    JsonNode id = policy.get("Id");
    if (id != null && !id.isTextual()) {
      refusals.add("Id is a text");
    }
    JsonNode statements = policy.get("Statement");
    if (statements == null
        || statements.isNull()
        || (statements.isArray() && statements.isEmpty())) {
      refusals.add("A policy needs at least one Statement");
      return;
    }
    if (statements.isArray()) {
      for (int i = 0; i < statements.size(); i++) {
        statement("Statement " + (i + 1), statements.get(i));
      }
    } else {
      statement("Statement", statements);
    }
  }

  private void statement(String where, JsonNode statement) {
    if (!statement.isObject()) {
      refusals.add(where + " is a JSON object");
      return;
    }
    unknown(statement, STATEMENT_FIELDS)
        .ifPresent(field -> refusals.add(where + " has the unknown field " + field));
    JsonNode sid = statement.get("Sid");
    if (sid != null && !sid.isTextual()) {
      refusals.add(where + " needs a text as Sid");
    }
    JsonNode effect = statement.get("Effect");
    if (effect == null || !effect.isTextual() || !EFFECTS.contains(effect.asText())) {
      refusals.add(where + " needs the Effect \"Allow\" or \"Deny\"");
    }
    oneOf(where, statement, "Principal", "NotPrincipal").ifPresent(p -> principal(where, p));
    oneOf(where, statement, "Action", "NotAction")
        .flatMap(actions -> texts(where, "action", actions))
        .ifPresent(actions -> actions.forEach(action -> action(where, action)));
    oneOf(where, statement, "Resource", "NotResource")
        .flatMap(resources -> texts(where, "resource", resources))
        .ifPresent(resources -> resources.forEach(resource -> resource(where, resource)));
    JsonNode condition = statement.get("Condition");
    if (condition != null) {
      condition(where, condition);
    }
  }

  private void principal(String where, JsonNode principal) {
    if (principal.isTextual() && principal.asText().equals("*")) {
      return;
    }
    if (!principal.isObject() || principal.isEmpty()) {
      refusals.add(where + " needs \"*\" or an object such as {\"AWS\": \"...\"} as principal");
      return;
    }
    unknown(principal, PRINCIPALS)
        .ifPresent(kind -> refusals.add(where + " has the unknown kind of principal " + kind));
    principal.forEach(names -> texts(where, "principal", names));
  }

  private void action(String where, String action) {
    if (!ACTION.matcher(action).matches()) {
      refusals.add(
          where + " has an action that is none of S3 (\"s3:...\" or \"*\"): \"" + action + "\"");
    }
  }

  private void resource(String where, String resource) {
    if (resource.equals("*")) {
      return;
    }
    if (!resource.startsWith("arn:")) {
      refusals.add(where + " has a resource that is no ARN: \"" + resource + "\"");
      return;
    }
    Matcher arn = BUCKET_ARN.matcher(resource);
    if (arn.matches() && !WILD.matcher(arn.group(1)).find() && !arn.group(1).equals(bucket)) {
      refusals.add(
          where + " has a resource of another bucket than " + bucket + ": \"" + resource + "\"");
    }
  }

  private void condition(String where, JsonNode condition) {
    boolean ok = condition.isObject();
    for (Iterator<JsonNode> tests = condition.elements(); ok && tests.hasNext(); ) {
      ok = tests.next().isObject();
    }
    if (!ok) {
      refusals.add(where + " needs an object of operators with their keys as Condition");
    }
  }

  private Optional<JsonNode> oneOf(String where, JsonNode statement, String one, String other) {
    if (statement.has(one) == statement.has(other)) {
      refusals.add(where + " needs either " + one + " or " + other);
      return Optional.empty();
    }
    return Optional.of(statement.has(one) ? statement.get(one) : statement.get(other));
  }

  private Optional<List<String>> texts(String where, String what, JsonNode node) {
    List<String> result = new ArrayList<>();
    boolean ok = node.isTextual() || (node.isArray() && !node.isEmpty());
    if (ok && node.isTextual()) {
      result.add(node.asText());
    } else if (ok) {
      for (JsonNode element : node) {
        ok &= element.isTextual();
        result.add(element.asText());
      }
    }
    if (!ok || result.stream().anyMatch(String::isEmpty)) {
      refusals.add(where + " needs a text or a list of texts as " + what);
      return Optional.empty();
    }
    return Optional.of(result);
  }

  private static Optional<String> unknown(JsonNode object, Set<String> known) {
    Set<String> fields = new TreeSet<>();
    object.fieldNames().forEachRemaining(fields::add);
    fields.removeAll(known);
    return fields.stream().findFirst();
  }
}
