package io.iasql.aws.account;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What AWS is sure to refuse in a policy document (IAM User Guide, "Grammar of the IAM JSON policy
 * language"). Names of actions, principals and condition keys are left to AWS.
 */
public final class PolicySyntax {
  private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");

  private enum Kind {
    RESOURCE_BASED,
    TRUST
  }

  private PolicySyntax() {}

  /** A policy on a resource, such as a queue: statements name a principal and a resource. */
  public static List<Problem> ofResource(String column, JsonNode policy) {
    return problems(column, policy, Kind.RESOURCE_BASED);
  }

  /** A role's trust policy: statements name a principal, and no resource. */
  public static List<Problem> ofTrust(String column, JsonNode policy) {
    return problems(column, policy, Kind.TRUST);
  }

  private static List<Problem> problems(String column, JsonNode policy, Kind kind) {
    if (policy == null || policy.isNull()) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    if (!policy.isObject()) {
      return List.of(new Problem(column, "The policy must be a JSON object."));
    }
    JsonNode version = field(policy, "Version");
    if (version != null && !VERSIONS.contains(version.asText())) {
      found.add("The policy's Version must be 2012-10-17 (or 2008-10-17).");
    }
    JsonNode statements = field(policy, "Statement");
    if (statements == null || (statements.isArray() && statements.isEmpty())) {
      found.add("The policy must have a Statement.");
    } else if (statements.isArray()) {
      for (int i = 0; i < statements.size(); i++) {
        statement(statements.get(i), "Statement " + (i + 1), kind, found);
      }
    } else {
      statement(statements, "Statement", kind, found);
    }
    return found.stream().map(message -> new Problem(column, message)).toList();
  }

  private static void statement(JsonNode statement, String name, Kind kind, List<String> found) {
    if (!statement.isObject()) {
      found.add(name + " of the policy must be a JSON object.");
      return;
    }
    JsonNode effect = field(statement, "Effect");
    if (effect == null || !Set.of("Allow", "Deny").contains(effect.asText())) {
      found.add(name + " of the policy must have an Effect of Allow or Deny.");
    }
    exactlyOne(statement, name, "Principal", found);
    exactlyOne(statement, name, "Action", found);
    if (kind == Kind.RESOURCE_BASED) {
      exactlyOne(statement, name, "Resource", found);
    } else if (field(statement, "Resource") != null || field(statement, "NotResource") != null) {
      found.add(name + " of a trust policy must not name a Resource.");
    }
  }

  private static void exactlyOne(
      JsonNode statement, String name, String element, List<String> found) {
    boolean plain = field(statement, element) != null;
    boolean negated = field(statement, "Not" + element) != null;
    if (plain == negated) {
      found.add(
          "%s of the policy must have either %s or Not%s%s."
              .formatted(name, element, element, plain ? ", not both" : ""));
    }
  }

  // Leniently, as the document may pass in AWS although its elements are not in their usual case.
  private static JsonNode field(JsonNode object, String name) {
    for (var fields = object.fields(); fields.hasNext(); ) {
      var field = fields.next();
      if (field.getKey().equalsIgnoreCase(name)) {
        return field.getValue();
      }
    }
    return null;
  }
}
