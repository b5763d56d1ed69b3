package io.iasql.peers;

import java.nio.file.Path;
import java.util.List;

/** The image that all images of a node are built from, where nothing can be pulled. */
record DebianBase(CacheFolder cache, Narrator narrator, NodePrograms programs) {
  private static final String RELEASE = "bookworm";
  private static final String SCRIPT = CacheFolder.resource("node/base.sh");

  /**
   * The base, made once.
   *
   * @param root its files
   * @param layer the same as a tar archive
   * @param archive the image, to be loaded as {@link LocalNode#PAUSE}
   */
  record Made(Path root, Path layer, Path archive) {}

  Made make() {
    String name = "image-base-" + RELEASE + "-" + CacheFolder.key(SCRIPT, LocalNode.PAUSE, "1");
    Path folder =
        cache.once(
            name,
            narrator,
            unfinished -> {
              try (Progress progress =
                  Progress.of(
                      narrator,
                      "Making an image of Debian " + RELEASE + " with Java and PostgreSQL",
                      "2 minutes")) {
                make(unfinished);
              }
            });
    return made(folder);
  }

  private static Made made(Path folder) {
    return new Made(
        folder.resolve("root"), folder.resolve("layer.tar"), folder.resolve("image.tar"));
  }

  private void make(Path folder) {
    Made made = made(folder);
    Path log = folder.resolve("build.log");
    // Mounts of its own: what debootstrap mounts ends with it, whatever happens.
    SupervisedProcess.run(
        "debootstrap",
        List.of("unshare", "--mount", "sh", "-c", SCRIPT, "base", made.root().toString(), RELEASE),
        folder,
        log,
        environment -> {
          environment.putAll(programs.environment());
          environment.put("DEBIAN_FRONTEND", "noninteractive");
        });
    SupervisedProcess.run(
        "tar",
        List.of(
            "tar",
            "--numeric-owner",
            "-C",
            made.root().toString(),
            "-cf",
            made.layer().toString(),
            "."),
        folder,
        log,
        environment -> {});
    ImageArchive.write(
        folder,
        made.archive(),
        LocalNode.PAUSE,
        List.of(),
        made.layer(),
        "{\"Entrypoint\":[\"/bin/sleep\",\"infinity\"]}");
  }
}
