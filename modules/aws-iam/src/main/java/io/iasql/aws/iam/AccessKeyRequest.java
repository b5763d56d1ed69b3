package io.iasql.aws.iam;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.AwsScope;
import io.iasql.spi.ModuleFunction;
import io.iasql.spi.Polling;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;

/**
 * {@code access_key_request(user_name)}: makes a key and returns its secret, which nobody can read
 * again. Should AWS's answer get lost, the key that nobody knows the secret of appears in {@code
 * access_key} and can be deleted there.
 */
final class AccessKeyRequest implements ModuleFunction {
  @Override
  public String name() {
    return "access_key_request";
  }

  @Override
  public List<Map<String, JsonNode>> call(AwsScope scope, List<JsonNode> arguments) {
    String user = Rows.text(arguments, 0);
    if (user.isEmpty()) {
      return row("ERROR", "user_name must name an IAM user", "", "");
    }
    IamClient iam = scope.client(IamClient.class);
    AccessKey key = iam.createAccessKey(r -> r.userName(user)).accessKey();
    return row("SUCCESS", listed(scope, key), key.accessKeyId(), key.secretAccessKey());
  }

  // Whatever happens from here on, the caller must get the secret.
  private static String listed(AwsScope scope, AccessKey key) {
    IamClient iam = scope.client(IamClient.class);
    try {
      Polling.until(
          "access key " + key.accessKeyId() + " to be listed",
          Iam.PROPAGATION,
          () ->
              AccessKeys.ofUser(iam, key.userName())
                  .filter(
                      keys ->
                          keys.stream().anyMatch(k -> k.accessKeyId().equals(key.accessKeyId()))));
      return "";
    } catch (RuntimeException e) {
      return "the key exists, but could not be listed yet: " + scope.describe(e);
    }
  }

  private static List<Map<String, JsonNode>> row(
      String status, String message, String id, String secret) {
    return Rows.row(
        "status", status, "message", message, "accesskeyid", id, "secretaccesskey", secret);
  }
}
