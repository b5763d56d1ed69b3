package io.iasql.aws.iam;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.AwsScope;
import io.iasql.spi.ModuleFunction;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * {@code set_user_password(user_name, password, reset_password)}: sets or changes a user's console
 * password; an empty one removes it. Whatever IAM refuses, such as a weak password, is an error.
 */
final class SetUserPassword implements ModuleFunction {
  @Override
  public String name() {
    return "set_user_password";
  }

  @Override
  public List<Map<String, JsonNode>> call(AwsScope scope, List<JsonNode> arguments) {
    String user = Rows.text(arguments, 0);
    String password = Rows.text(arguments, 1);
    boolean reset = Rows.text(arguments, 2).equals("true");
    if (user.isEmpty()) {
      return Rows.row("status", "KO", "message", "user_name must name an IAM user");
    }
    IamClient iam = scope.client(IamClient.class);
    if (password.isEmpty()) {
      Passwords.remove(iam, user);
    } else {
      Passwords.set(iam, user, password, reset);
    }
    return Rows.row("status", "OK", "message", "");
  }
}
