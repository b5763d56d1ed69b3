package io.iasql.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Python that the locked packages run on. */
record Python(Path executable, String version) {
  static final String WANTED = "Python 3.11, 3.12 or 3.13";

  private static final List<String> NAMES =
      List.of("python3.11", "python3.12", "python3.13", "python3", "python");
  private static final List<String> VERSIONS = List.of("3.11", "3.12", "3.13");

  static Optional<Python> find() {
    return NAMES.stream()
        .flatMap(name -> Executables.onPath(name).stream())
        .flatMap(Python::ask)
        .findFirst();
  }

  /** Asks rather than believes the name: a version manager's shim may stand for nothing. */
  private static Stream<Python> ask(Path executable) {
    try {
      Process process =
          new ProcessBuilder(
                  executable.toString(),
                  "-c",
                  "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0 && VERSIONS.contains(answer)
          ? Stream.of(new Python(executable, answer))
          : Stream.empty();
    } catch (IOException e) {
      return Stream.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Stream.empty();
    }
  }

  /** The virtual environment with the locked packages of an emulator, made if absent. */
  Path environment(CacheFolder cache, AwsEmulator emulator, Narrator narrator) {
    String buildLock = CacheFolder.resource("build.lock");
    String title = emulator.title.toLowerCase(Locale.ROOT);
    String lock = CacheFolder.resource(title + ".lock");
    String name =
        title
            + "-"
            + emulator.pythonVersion
            + "-python"
            + version
            + "-"
            + CacheFolder.key(executable.toString(), buildLock, lock);
    return cache.once(
        name,
        narrator,
        folder -> {
          try (Progress progress =
              Progress.of(
                  narrator,
                  "Installing " + emulator.title + " " + emulator.pythonVersion,
                  "a minute")) {
            run(folder, executable, List.of("-m", "venv", folder.toString()));
            install(folder, "build", buildLock);
            install(folder, "packages", lock);
          }
        });
  }

  private static void install(Path folder, String name, String lock) throws IOException {
    Path requirements = Files.writeString(folder.resolve(name + ".lock"), lock);
    run(
        folder,
        folder.resolve("bin/python"),
        List.of(
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--no-build-isolation",
            "--no-deps",
            "--require-hashes",
            "-r",
            requirements.toString()));
  }

  private static void run(Path folder, Path executable, List<String> arguments) {
    SupervisedProcess.run(
        executable.getFileName() + " " + arguments.get(1),
        Stream.concat(Stream.of(executable.toString()), arguments.stream()).toList(),
        folder,
        folder.resolve("install.log"),
        Python::isolate);
  }

  /** Takes away what would make it load other packages than the locked ones. */
  static void isolate(Map<String, String> environment) {
    environment.keySet().removeAll(List.of("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER"));
    environment.put("PYTHONNOUSERSITE", "1");
  }
}
