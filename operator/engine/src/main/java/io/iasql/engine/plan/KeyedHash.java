package io.iasql.engine.plan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Handle;

/**
 * A hash with the database's own key, which the engine alone can read: it gives away nothing of
 * what is hashed, and nobody can look for two texts with the same one.
 */
final class KeyedHash {
  private static final String ALGORITHM = "HmacSHA256";

  private final Mac mac;

  private KeyedHash(byte[] key) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** A hash of nothing yet, with the key of this database. */
  static KeyedHash of(Handle handle) {
    return new KeyedHash(
        HexFormat.of()
            .parseHex(
                handle
                    // It was of parameters alone at first.
                    .createQuery("SELECT value FROM iasql.setting WHERE name = 'parameter-key'")
                    .mapTo(String.class)
                    .one()));
  }

  /** Adds a text, with its length, so that no two lists of texts are one. */
  KeyedHash add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    mac.update(bytes);
    return this;
  }

  KeyedHash add(boolean fact) {
    mac.update((byte) (fact ? 1 : 0));
    return this;
  }

  /** The hash of what was added, 64 hexadecimal digits; the next one begins with nothing. */
  String hex() {
    return HexFormat.of().formatHex(mac.doFinal());
  }
}
