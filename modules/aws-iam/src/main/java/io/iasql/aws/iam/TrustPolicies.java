package io.iasql.aws.iam;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.spi.PolicyDocuments;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;

/** Reading trust policies. */
final class TrustPolicies {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> EC2 = Set.of("ec2.amazonaws.com", "ec2.amazonaws.com.cn");

  private TrustPolicies() {}

  /** The document as IAM gives it: URL-encoded (IAM API Reference, {@code GetRole}). */
  static JsonNode parse(String roleName, String document) {
    String text =
        document.startsWith("{") ? document : URLDecoder.decode(document, StandardCharsets.UTF_8);
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("IAM gave no JSON as trust policy of role " + roleName, e);
    }
  }

  static boolean same(JsonNode one, JsonNode other) {
    return Objects.equals(PolicyDocuments.canonical(one), PolicyDocuments.canonical(other));
  }

  /** Whether EC2 may assume the role, which is what instance profiles are for. */
  static boolean allowEc2(JsonNode policy) {
    if (policy == null) {
      return false;
    }
    JsonNode statements = policy.path("Statement");
    if (statements.isObject()) {
      return allowsEc2(statements);
    }
    for (JsonNode statement : statements) {
      if (allowsEc2(statement)) {
        return true;
      }
    }
    return false;
  }

  private static boolean allowsEc2(JsonNode statement) {
    if (!statement.path("Effect").asText().equals("Allow")) {
      return false;
    }
    JsonNode services = statement.path("Principal").path("Service");
    if (services.isTextual()) {
      return EC2.contains(services.asText());
    }
    for (JsonNode service : services) {
      if (EC2.contains(service.asText())) {
        return true;
      }
    }
    return false;
  }
}
