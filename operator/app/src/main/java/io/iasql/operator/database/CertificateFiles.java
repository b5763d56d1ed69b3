package io.iasql.operator.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The driver takes certificates from a file only. */
final class CertificateFiles {
  private CertificateFiles() {}

  /** A file with these certificates; the same ones are the same file. */
  static Path file(String certificates) {
    byte[] bytes = certificates.getBytes(StandardCharsets.UTF_8);
    Path file =
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("iasql-ca-" + UUID.nameUUIDFromBytes(bytes) + ".pem");
    try {
      if (!Files.exists(file)) {
        Path written = Files.createTempFile("iasql-ca-", ".tmp");
        Files.write(written, bytes);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("certificates of the database: " + file, e);
    }
  }
}
