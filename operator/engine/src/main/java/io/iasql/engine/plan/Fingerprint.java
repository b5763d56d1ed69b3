package io.iasql.engine.plan;

import io.iasql.engine.Parameters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Handle;

/**
 * What a draft says, as a text that is another one whenever the draft is: the SQL, and in place of
 * its parameters a hash with the database's own key, which gives no value away.
 */
public final class Fingerprint {
  private static final String ALGORITHM = "HmacSHA256";

  private Fingerprint() {}

  /** The fingerprint of a draft; of SQL alone it is the SQL. */
  public static String of(Handle handle, Draft draft) {
    StringBuilder text =
        new StringBuilder(
            draft instanceof Draft.Undo undo ? "\0undo " + undo.name() : draft.text());
    if (!draft.parameters().isEmpty()) {
      text.append("\0parameters ").append(hash(key(handle), draft.parameters()));
    }
    if (!draft.ownAssertions().isEmpty()) {
      text.append("\0assertions ").append(draft.ownAssertions());
    }
    return text.toString();
  }

  private static byte[] key(Handle handle) {
    return HexFormat.of()
        .parseHex(
            handle
                .createQuery("SELECT value FROM iasql.setting WHERE name = 'parameter-key'")
                .mapTo(String.class)
                .one());
  }

  private static String hash(byte[] key, Parameters parameters) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      parameters
          .values()
          .forEach(
              (name, value) -> {
                add(mac, name);
                add(mac, value);
                mac.update((byte) (parameters.isSecret(name) ? 1 : 0));
              });
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** With its length, so that no two lists of texts are one. */
  private static void add(Mac mac, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    mac.update(bytes);
  }
}
