package io.iasql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.quickstart.Manifests.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What manifests that were written for a cluster and for AWS need to run beside an emulator. Every
 * change is said.
 */
final class Adaptation {
  private static final String KEYS = "quickstart-keys-";

  private final String account;
  private final Predicate<SecretName> known;

  /** Where a Secret is. */
  record SecretName(String namespace, String name) {}

  /**
   * A document as it is applied.
   *
   * @param extras objects that it needs
   * @param remarks what was changed and why
   */
  record Adapted(ObjectNode object, List<ObjectNode> extras, List<String> remarks) {}

  /**
   * @param account the account of the operator's own keys
   * @param known whether there is, or is going to be, a Secret
   */
  Adaptation(String account, Predicate<SecretName> known) {
    this.account = account;
    this.known = known;
  }

  Adapted of(Document document) {
    Adapted adapted =
        new Adapted(document.object().deepCopy(), new ArrayList<>(), new ArrayList<>());
    if (document.isOurs("Environment")) {
      useEmbeddedDatabase(document, adapted);
    } else if (document.isOurs("AwsConnection")) {
      useEmulatorKeys(document, adapted);
    }
    return adapted;
  }

  private static void useEmbeddedDatabase(Document document, Adapted adapted) {
    if (adapted.object().path("spec") instanceof ObjectNode spec
        && spec.get("database") instanceof ObjectNode database
        && database.path("managed").isObject()) {
      database.remove("managed");
      if (database.isEmpty()) {
        spec.remove("database");
      }
      adapted
          .remarks()
          .add(
              "Environment "
                  + document.name()
                  + " gets the embedded PostgreSQL: database.managed takes a node.");
    }
  }

  private void useEmulatorKeys(Document document, Adapted adapted) {
    if (!(adapted.object().path("spec") instanceof ObjectNode spec)) {
      return;
    }
    String wanted = spec.path("accountId").asText();
    JsonNode credentials = spec.path("credentials");
    if (credentials.isMissingNode() && !wanted.equals(account)) {
      spec.putObject("credentials").putObject("secretRef").put("name", KEYS + wanted);
    }
    for (String path :
        List.of("/credentials/secretRef/name", "/credentials/assumeRole/secretRef/name")) {
      SecretName secret = new SecretName(document.namespace(), spec.at(path).asText());
      if (!secret.name().isEmpty() && !known.test(secret)) {
        adapted.extras().add(keys(secret, wanted, spec));
        adapted
            .remarks()
            .add(
                "AwsConnection "
                    + document.name()
                    + " gets keys that only the emulator takes, in Secret "
                    + secret.name()
                    + ".");
      }
    }
  }

  /** To the emulator the id of a key is the account. */
  private static ObjectNode keys(SecretName name, String account, ObjectNode factory) {
    ObjectNode secret = factory.objectNode();
    secret.put("apiVersion", "v1").put("kind", "Secret");
    secret.putObject("metadata").put("namespace", name.namespace()).put("name", name.name());
    secret
        .putObject("stringData")
        .put("AWS_ACCESS_KEY_ID", account)
        .put("AWS_SECRET_ACCESS_KEY", "none");
    return secret;
  }
}
