package io.iasql.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Builds Kubernetes programs from the Go module of this project into the cache folder. */
final class GoModule {
  static final String VERSION = "v1.34.4";

  /** A program and the package it is built from. */
  record Program(String name, String source) {}

  static final Program KUBE_APISERVER =
      new Program("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver");
  static final Program ETCD = new Program("etcd", "go.etcd.io/etcd/server/v3");
  static final Program KUBECTL = new Program("kubectl", "k8s.io/kubernetes/cmd/kubectl");

  private static final int OLDEST_MINOR = 24;
  private static final Pattern GO_VERSION = Pattern.compile("go1\\.(\\d+)");

  /** Unoptimised: compiles in half the time and is fast enough. */
  private static final List<String> FLAGS =
      List.of(
          "-trimpath",
          "-buildvcs=false",
          "-gcflags=all=-N -l",
          "-ldflags=-s -w"
              + " -X k8s.io/component-base/version.gitVersion="
              + VERSION
              + " -X k8s.io/component-base/version.gitMajor=1"
              + " -X k8s.io/component-base/version.gitMinor=34");

  private final CacheFolder cache;
  private final Narrator narrator;

  GoModule(CacheFolder cache, Narrator narrator) {
    this.cache = cache;
    this.narrator = narrator;
  }

  /** What is missing for a build, with the remedy. */
  static Optional<String> missing() {
    Optional<Path> go = Executables.onPath("go");
    boolean newEnough = go.isPresent() && minorVersion(go.get()) >= OLDEST_MINOR;
    return newEnough
        ? Optional.empty()
        : Optional.of(
            "install Go 1."
                + OLDEST_MINOR
                + " or later (a control plane is then built from source, once, in about 4 minutes)");
  }

  private static int minorVersion(Path go) {
    try {
      Process process = new ProcessBuilder(go.toString(), "version").start();
      process.getOutputStream().close();
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = GO_VERSION.matcher(answer);
      return process.waitFor(10, TimeUnit.SECONDS) && matcher.find()
          ? Integer.parseInt(matcher.group(1))
          : 0;
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** The folder with these programs, built if absent. */
  Path build(String what, String usually, List<Program> programs) {
    String mod = CacheFolder.resource("kubernetes/go.mod");
    String sum = CacheFolder.resource("kubernetes/go.sum");
    String name =
        what
            + "-"
            + VERSION
            + "-"
            + CacheFolder.key(mod, sum, FLAGS.toString(), programs.toString());
    return cache.once(
        name,
        narrator,
        folder -> {
          try (Progress progress =
              Progress.of(narrator, "Building " + names(programs) + " from source", usually)) {
            Files.writeString(folder.resolve("go.mod"), mod);
            Files.writeString(folder.resolve("go.sum"), sum);
            for (Program program : programs) {
              build(folder, program);
            }
          }
        });
  }

  private static String names(List<Program> programs) {
    return programs.stream().map(Program::name).collect(Collectors.joining(" and "))
        + " of Kubernetes "
        + VERSION;
  }

  private void build(Path folder, Program program) {
    List<String> command = new ArrayList<>(List.of("go", "build"));
    command.addAll(FLAGS);
    command.addAll(List.of("-o", folder.resolve(program.name()).toString(), program.source()));
    SupervisedProcess.run(
        "go build " + program.name(), command, folder, folder.resolve("build.log"), environment());
  }

  private Consumer<Map<String, String>> environment() {
    return variables -> {
      variables.keySet().removeAll(List.of("GOOS", "GOARCH"));
      variables.putAll(
          Map.of(
              "CGO_ENABLED", "0",
              "GOGC", "1000",
              "GOWORK", "off",
              "GOFLAGS", "-modcacherw",
              "GOCACHE", cache.folder("go/build").toString(),
              "GOMODCACHE", cache.folder("go/mod").toString(),
              "GOTMPDIR", cache.folder("go/tmp").toString()));
    };
  }
}
