package io.iasql.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds programs from a Go module of this project into the cache folder. */
final class GoModule {
  static final String KUBERNETES_VERSION = "v1.34.4";

  /** The packages that serve, store, encode, merge and check, as patterns of {@code go build}. */
  private static final List<String> HOT =
      List.of(
          "std",
          "golang.org/x/...",
          "google.golang.org/...",
          "go.etcd.io/...",
          "sigs.k8s.io/...",
          "k8s.io/apimachinery/...",
          "k8s.io/apiserver/...",
          "k8s.io/kube-openapi/...",
          "github.com/gogo/protobuf/...",
          "github.com/google/cel-go/...",
          "github.com/antlr4-go/...",
          "github.com/json-iterator/...",
          "github.com/fxamacker/cbor/...");

  private static final String HELM_VERSION = "v3.19.5";
  private static final String COREDNS_VERSION = "v1.12.4";
  private static final String ARGO_CD_VERSION = "v3.2.11";
  private static final String ARGO_CD_MANIFESTS = "manifests/install.yaml";

  /** The modules, each in a folder of resources beside this class. */
  enum Source {
    KUBERNETES(
        "kubernetes",
        "Kubernetes " + KUBERNETES_VERSION,
        KUBERNETES_VERSION,
        " -X k8s.io/component-base/version.gitVersion="
            + KUBERNETES_VERSION
            + " -X k8s.io/component-base/version.gitMajor=1"
            + " -X k8s.io/component-base/version.gitMinor=34"),
    /** It renders for the release of Kubernetes that is stamped, where no cluster is asked. */
    HELM(
        "helm",
        "Helm " + HELM_VERSION,
        HELM_VERSION,
        " -X helm.sh/helm/v3/internal/version.version="
            + HELM_VERSION
            + " -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1"
            + " -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34"
            + " -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1"
            + " -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=34"),
    /** A program of few lines, which says what CoreDNS is made of. */
    COREDNS("coredns", "CoreDNS " + COREDNS_VERSION, COREDNS_VERSION, "", "main.go"),
    /** A program of ours around what Argo CD is made of, and a Redis for it. */
    ARGO_CD(
        "argocd", "Argo CD " + ARGO_CD_VERSION, ARGO_CD_VERSION, "", "main.go", "controller.go") {
      @Override
      List<String> kept() {
        return List.of(
            "github.com/argoproj/argo-cd/v3@" + ARGO_CD_VERSION + "/" + ARGO_CD_MANIFESTS);
      }
    };

    private final String folder;
    private final String product;
    private final String version;
    private final String stamp;
    private final List<String> files;

    /**
     * @param own the files beside go.mod and go.sum
     */
    Source(String folder, String product, String version, String stamp, String... own) {
      this.folder = folder;
      this.product = product;
      this.version = version;
      this.stamp = stamp;
      this.files = Stream.concat(Stream.of("go.mod", "go.sum"), Arrays.stream(own)).toList();
    }

    /** Files of the modules that the program is made of, each to lie beside it. */
    List<String> kept() {
      return List.of();
    }

    private Map<String, String> texts() {
      Map<String, String> texts = new TreeMap<>();
      files.forEach(file -> texts.put(file, CacheFolder.resource(folder + "/" + file)));
      return texts;
    }

    /**
     * Unoptimised, which compiles in half the time, but for what runs hot: an API server then takes
     * a good third less of the processor for the same requests, and a sixth more to be built.
     */
    private List<String> flags() {
      List<String> flags =
          new ArrayList<>(List.of("-trimpath", "-buildvcs=false", "-gcflags=all=-N -l"));
      // Of several patterns that a package matches the last one counts.
      HOT.forEach(packages -> flags.add("-gcflags=" + packages + "="));
      flags.add("-ldflags=-s -w" + stamp);
      return flags;
    }
  }

  /** A program and the package it is built from. */
  record Program(String name, String source) {}

  static final Program KUBE_APISERVER =
      new Program("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver");
  static final Program ETCD = new Program("etcd", "go.etcd.io/etcd/server/v3");
  static final Program KUBECTL = new Program("kubectl", "k8s.io/kubernetes/cmd/kubectl");
  static final Program KUBE_CONTROLLER_MANAGER =
      new Program("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager");
  static final Program KUBE_SCHEDULER =
      new Program("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler");
  static final Program KUBELET = new Program("kubelet", "k8s.io/kubernetes/cmd/kubelet");
  static final Program KUBE_PROXY = new Program("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy");
  static final Program COREDNS = new Program("coredns", ".");
  static final Program HELM = new Program("helm", "helm.sh/helm/v3/cmd/helm");

  /** One program for all that Argo CD has; its first argument says which part it is. */
  static final Program ARGO_CD = new Program("argocd", ".");

  /** The oldest Go that builds Argo CD. */
  static final int ARGO_CD_MINOR = 25;

  private static final int OLDEST_MINOR = 24;
  private static final Pattern GO_VERSION = Pattern.compile("go1\\.(\\d+)");

  private final Source source;
  private final CacheFolder cache;
  private final Narrator narrator;

  GoModule(Source source, CacheFolder cache, Narrator narrator) {
    this.source = source;
    this.cache = cache;
    this.narrator = narrator;
  }

  /** What is missing for a build, with the remedy. */
  static Optional<String> missing() {
    return isThere(OLDEST_MINOR)
        ? Optional.empty()
        : Optional.of(
            "install Go 1."
                + OLDEST_MINOR
                + " or later (a control plane is then built from source, once, in about 5"
                + " minutes)");
  }

  /** Whether Go 1.{@code minor} or later is there. */
  static boolean isThere(int minor) {
    return Executables.onPath("go").filter(go -> minorVersion(go) >= minor).isPresent();
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
    Map<String, String> texts = source.texts();
    List<String> ingredients = new ArrayList<>(texts.values());
    ingredients.addAll(List.of(source.flags().toString(), programs.toString()));
    String name =
        what + "-" + source.version + "-" + CacheFolder.key(ingredients.toArray(String[]::new));
    return cache.once(
        name,
        narrator,
        folder -> {
          try (Progress progress =
              Progress.of(narrator, "Building " + names(programs) + " from source", usually)) {
            for (Map.Entry<String, String> text : texts.entrySet()) {
              Files.writeString(folder.resolve(text.getKey()), text.getValue());
            }
            for (Program program : programs) {
              build(folder, program);
            }
            for (String file : source.kept()) {
              Path from = cache.folder("go/mod").resolve(file);
              Files.copy(from, folder.resolve(from.getFileName()));
            }
          }
        });
  }

  private String names(List<Program> programs) {
    return programs.stream().map(Program::name).collect(Collectors.joining(" and "))
        + " of "
        + source.product;
  }

  private void build(Path folder, Program program) {
    List<String> command = new ArrayList<>(List.of("go", "build"));
    command.addAll(source.flags());
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
