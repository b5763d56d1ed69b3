package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * Argo CD as processes of this machine: repo-server, application controller and API server, the
 * latter two as the accounts, and with the rights, that Argo CD's own manifests give them, and a
 * cache that speaks Redis's protocol. Nobody signs in: its API server takes everybody for its
 * administrator.
 */
public final class ArgoCd implements AutoCloseable {
  /** Where it lives. */
  public static final String NAMESPACE = "argocd";

  /** The account whose rights are those of its API server. */
  public static final String SERVER_ACCOUNT = account("argocd-server");

  private static final String HOST = "127.0.0.1";
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** All but workloads and what leads to them: those would be a second Argo CD, in pods. */
  private static final Set<String> INSTALLED =
      Set.of(
          "CustomResourceDefinition",
          "ServiceAccount",
          "Role",
          "ClusterRole",
          "RoleBinding",
          "ClusterRoleBinding",
          "ConfigMap",
          "Secret");

  private final KubernetesPeer kubernetes;
  private final ArgoCdPrograms programs;
  private final RunFolder folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<SupervisedProcess> running = new ArrayDeque<>();
  private final int redis;
  private final int repoServer;
  private final int repoServerMetrics;
  private final int controllerMetrics;
  private final int server;
  private final int serverMetrics;

  private ArgoCd(KubernetesPeer kubernetes, ArgoCdPrograms programs, CacheFolder cache) {
    this.kubernetes = kubernetes;
    this.programs = programs;
    this.folder = RunFolder.create(cache, "argocd");
    this.redis = Ports.free(cache);
    this.repoServer = Ports.free(cache);
    this.repoServerMetrics = Ports.free(cache);
    this.controllerMetrics = Ports.free(cache);
    this.server = Ports.free(cache);
    this.serverMetrics = Ports.free(cache);
  }

  /** What is missing for it on this machine, with the remedy. */
  public static Optional<String> missing() {
    return ArgoCdPrograms.missing().or(GitRepository::missing);
  }

  /**
   * Installs Argo CD in a cluster that has none and starts it; returns when every part is ready.
   *
   * @throws PeerException when one does not start, with what it printed
   */
  public static ArgoCd start(KubernetesPeer kubernetes) {
    CacheFolder cache = CacheFolder.ofUser();
    Narrator narrator = Narrator.toStandardError();
    ArgoCdPrograms programs = ArgoCdPrograms.build(cache, narrator);
    narrator.say("Argo CD: starting");
    ArgoCd argo = new ArgoCd(kubernetes, programs, cache);
    try {
      argo.install();
      argo.launchAll();
    } catch (PeerException e) {
      argo.close();
      throw e;
    }
    return AtExit.closing(argo);
  }

  private static String account(String name) {
    return "system:serviceaccount:" + NAMESPACE + ":" + name;
  }

  private void install() {
    Path manifests = folder.path().resolve("install.yaml");
    try {
      Files.writeString(
          manifests, Manifests.only(INSTALLED, Files.readString(programs.manifests())));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + manifests, e);
    }
    kubernetes.kubectl("create", "namespace", NAMESPACE);
    kubernetes.kubectl(
        "apply", "--server-side", "--namespace", NAMESPACE, "--filename", manifests.toString());
    kubernetes.awaitServed("applications.argoproj.io", "appprojects.argoproj.io");
  }

  private void launchAll() {
    SupervisedProcess cache = launch("redis", Map.of(), at(redis));
    Readiness.await(cache, LIMIT, () -> Readiness.listens(HOST, redis));
    SupervisedProcess repositories =
        launch(
            "repo-server",
            Map.of(
                "ARGOCD_ASK_PASS_SOCK", folder.path().resolve("ask-pass").toString(),
                "ARGOCD_SSH_DATA_PATH", folder.make("ssh").toString(),
                "ARGOCD_TLS_DATA_PATH", folder.make("tls").toString()),
            "--address=" + HOST,
            "--port=" + repoServer,
            "--metrics-address=" + HOST,
            "--metrics-port=" + repoServerMetrics,
            "--disable-tls",
            "--redis=" + at(redis));
    SupervisedProcess controller =
        launch(
            "application-controller",
            as("argocd-application-controller"),
            "--namespace=" + NAMESPACE,
            "--metrics=" + at(controllerMetrics),
            "--repo-server=" + at(repoServer),
            "--redis=" + at(redis));
    SupervisedProcess api =
        launch(
            "server",
            as("argocd-server"),
            "--namespace=" + NAMESPACE,
            "--address=" + HOST,
            "--port=" + server,
            "--metrics-address=" + HOST,
            "--metrics-port=" + serverMetrics,
            "--insecure",
            "--disable-auth",
            "--staticassets=" + folder.make("assets"),
            "--repo-server=" + at(repoServer),
            "--repo-server-plaintext",
            "--redis=" + at(redis));
    Readiness.await(repositories, LIMIT, healthy(repoServerMetrics));
    Readiness.await(controller, LIMIT, healthy(controllerMetrics));
    Readiness.await(api, LIMIT, healthy(server));
  }

  private SupervisedProcess launch(String part, Map<String, String> settings, String... arguments) {
    SupervisedProcess process =
        SupervisedProcess.start(
            "argocd " + part,
            programs.command(part, arguments),
            folder.path(),
            log(part),
            environment -> {
              environment.keySet().removeIf(name -> name.startsWith("ARGOCD_"));
              environment.put("ARGOCD_GPG_ENABLED", "false");
              environment.put("HOME", folder.make("home").toString());
              environment.put("TMPDIR", folder.make("tmp").toString());
              SupervisedProcess.pastProxies(environment);
              environment.putAll(settings);
            });
    running.push(process);
    return process;
  }

  /** Whoever may do what an account may, taking the cluster for the one that they run in. */
  private Map<String, String> as(String name) {
    Path kubeconfig =
        kubernetes.kubeconfigFor(
            account(name), "system:serviceaccounts", "system:serviceaccounts:" + NAMESPACE);
    return Map.of("KUBECONFIG", kubeconfig.toString(), "ARGOCD_FAKE_IN_CLUSTER", "true");
  }

  private static String at(int port) {
    return HOST + ":" + port;
  }

  private static Callable<Boolean> healthy(int port) {
    EmulatorHttp http = new EmulatorHttp(URI.create("http://" + at(port)));
    return () -> http.answers("/healthz");
  }

  /** Every port that it listens on. */
  Set<Integer> ports() {
    return Set.of(redis, repoServer, repoServerMetrics, controllerMetrics, server, serverMetrics);
  }

  /** Where a part writes its log: {@code application-controller}, {@code server} and so on. */
  public Path log(String part) {
    return folder.path().resolve(part + ".log");
  }

  /**
   * Does what the button of a resource does in Argo CD's UI.
   *
   * @param application the Application that the resource belongs to
   * @param resource its kind of {@code iasql.io}, a slash, and its name
   * @param parameters what the action is given
   * @throws PeerException when the action, or Kubernetes, refuses, with what it says
   */
  public void runAction(
      String application,
      String namespace,
      String resource,
      String action,
      Map<String, String> parameters) {
    String[] kindAndName = resource.split("/", 2);
    String body =
        """
        {"group": "iasql.io", "version": "v1alpha1", "kind": "%s", "namespace": "%s",
         "resourceName": "%s", "action": "%s", "resourceActionParameters": [%s]}
        """
            .formatted(
                kindAndName[0],
                namespace,
                kindAndName[1],
                action,
                parameters.entrySet().stream()
                    .map(
                        p ->
                            "{\"name\": \""
                                + p.getKey()
                                + "\", \"value\": \""
                                + p.getValue()
                                + "\"}")
                    .collect(Collectors.joining(", ")));
    send(
        request(application, "resource/actions/v2")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** What its UI shows of an Application: JSON of every resource with its health. */
  public String resourceTree(String application) {
    return send(request(application, "resource-tree").GET());
  }

  private HttpRequest.Builder request(String application, String what) {
    return HttpRequest.newBuilder(
            URI.create("http://" + at(server) + "/api/v1/applications/" + application + "/" + what))
        .timeout(Duration.ofSeconds(60));
  }

  private String send(HttpRequest.Builder builder) {
    HttpRequest request = builder.build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new PeerException(
            "Argo CD answers "
                + answer.statusCode()
                + " to "
                + request.uri()
                + ": "
                + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException("No answer from Argo CD", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("Argo CD was not waited for", e);
    }
  }

  @Override
  public void close() {
    AtExit.forget(this);
    while (!running.isEmpty()) {
      running.pop().close();
    }
    folder.close();
  }

  @Override
  public String toString() {
    return "Argo CD";
  }
}
