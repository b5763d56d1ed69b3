package io.iasql.engine.plan;

import io.iasql.engine.Parameters;
import org.jdbi.v3.core.Handle;

/**
 * What a draft says, as a text that is another one whenever the draft is: the SQL, and in place of
 * its parameters a hash with the database's own key, which gives no value away.
 */
public final class Fingerprint {
  private Fingerprint() {}

  /** The fingerprint of a draft; of SQL alone it is the SQL. */
  public static String of(Handle handle, Draft draft) {
    StringBuilder text =
        new StringBuilder(
            draft instanceof Draft.Undo undo ? "\0undo " + undo.name() : draft.text());
    if (!draft.parameters().isEmpty()) {
      text.append("\0parameters ").append(hash(KeyedHash.of(handle), draft.parameters()));
    }
    if (!draft.ownAssertions().isEmpty()) {
      text.append("\0assertions ").append(draft.ownAssertions());
    }
    return text.toString();
  }

  private static String hash(KeyedHash hash, Parameters parameters) {
    parameters
        .values()
        .forEach((name, value) -> hash.add(name).add(value).add(parameters.isSecret(name)));
    return hash.hex();
  }
}
