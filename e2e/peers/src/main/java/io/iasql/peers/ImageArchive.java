package io.iasql.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Images as archives in the layout of the OCI Image Format Specification. Layers below the topmost
 * are left out: whoever loads the archive has them.
 */
final class ImageArchive {
  private static final int BUFFER = 1 << 16;

  private ImageArchive() {}

  /**
   * Writes an image.
   *
   * @param folder where there is room for a copy of the layer
   * @param archive the file to write
   * @param name the image's name
   * @param below the layers below, which are left out
   * @param layer a tar archive, the topmost layer
   * @param config the {@code config} of the image as JSON, such as its entrypoint
   */
  static void write(
      Path folder, Path archive, String name, List<Path> below, Path layer, String config) {
    try {
      Path layout = Files.createTempDirectory(folder, "image");
      Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
      List<Blob> layers = new ArrayList<>();
      for (Path path : Stream.concat(below.stream(), Stream.of(layer)).toList()) {
        layers.add(Blob.of(path));
      }
      Files.createLink(blobs.resolve(layers.get(layers.size() - 1).hex()), layer);
      Blob configuration =
          Blob.write(
              blobs,
              """
              {"architecture":"%s","os":"linux","config":%s,
              "rootfs":{"type":"layers","diff_ids":[%s]}}
              """
                  .formatted(
                      architecture(),
                      config,
                      layers.stream()
                          .map(blob -> "\"sha256:" + blob.hex() + "\"")
                          .collect(Collectors.joining(","))));
      Blob manifest =
          Blob.write(
              blobs,
              """
              {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
              "config":%s,"layers":[%s]}
              """
                  .formatted(
                      configuration.descriptor("image.config.v1+json", ""),
                      layers.stream()
                          .map(blob -> blob.descriptor("image.layer.v1.tar", ""))
                          .collect(Collectors.joining(","))));
      Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
      Files.writeString(
          layout.resolve("index.json"),
          "{\"schemaVersion\":2,\"manifests\":[%s]}"
              .formatted(
                  manifest.descriptor(
                      "image.manifest.v1+json",
                      ",\"annotations\":{\"io.containerd.image.name\":\"" + name + "\"}")));
      Executables.run(
          "tar " + archive,
          List.of("tar", "-C", layout.toString(), "-cf", archive.toString(), "."),
          Map.of());
      CacheFolder.delete(layout);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write image " + name, e);
    }
  }

  private static String architecture() {
    return switch (System.getProperty("os.arch")) {
      case "aarch64" -> "arm64";
      default -> "amd64";
    };
  }

  /** A file by its digest. */
  private record Blob(String hex, long size) {
    static Blob of(Path file) throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
        return new Blob(HexFormat.of().formatHex(digest.digest()), Files.size(file));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    static Blob write(Path blobs, String text) throws IOException {
      Path file = Files.createTempFile(blobs, "blob", "");
      Files.write(file, text.getBytes(StandardCharsets.UTF_8));
      Blob blob = of(file);
      Files.move(file, blobs.resolve(blob.hex()));
      return blob;
    }

    String descriptor(String type, String more) {
      return "{\"mediaType\":\"application/vnd.oci.%s\",\"digest\":\"sha256:%s\",\"size\":%d%s}"
          .formatted(type, hex, size, more);
    }
  }
}
