package io.iasql.peers;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * A real Kubernetes API server. Tests take the one of their JVM by {@link #shared} and a namespace
 * of their own; a test that stops the API server starts one alone by {@link #start}.
 *
 * <p>The local control plane is etcd and kube-apiserver: all of the API, admission, CEL and RBAC,
 * but neither controllers nor nodes. The ambient kubeconfig is never used.
 */
public final class KubernetesPeer implements AutoCloseable {
  /** The system property that names the kubeconfig of a cluster to use. */
  public static final String KUBECONFIG_PROPERTY = "iasql.kubeconfig";

  private static final Duration SERVED_LIMIT = Duration.ofSeconds(30);

  /** A new definition has no list of conditions yet, which a jsonpath does not forgive. */
  private static final String ESTABLISHED =
      "go-template={{range .status.conditions}}{{if eq .type \"Established\"}}{{.status}}"
          + "{{end}}{{end}}";

  private static KubernetesPeer shared;

  /** How a cluster is found or started. */
  public record Options(Optional<Path> kubeconfig, Narrator narrator) {

    /** The kubeconfig that the system property names, if any; speaks to standard error. */
    public static Options defaults() {
      return new Options(
          Optional.ofNullable(System.getProperty(KUBECONFIG_PROPERTY))
              .filter(path -> !path.isBlank())
              .map(Path::of),
          Narrator.toStandardError());
    }

    public Options withKubeconfig(Path named) {
      return new Options(Optional.of(named), narrator);
    }

    public Options withNarrator(Narrator listening) {
      return new Options(kubeconfig, listening);
    }
  }

  private final String provider;
  private final Cluster cluster;
  private final Kubectl kubectl;

  KubernetesPeer(String provider, Cluster cluster, Kubectl kubectl) {
    this.provider = provider;
    this.cluster = cluster;
    this.kubectl = kubectl;
  }

  /** The JVM's API server: started when first asked for, stopped when the JVM ends. */
  public static synchronized KubernetesPeer shared() {
    if (shared == null) {
      shared = start(Options.defaults());
    }
    return shared;
  }

  /**
   * Starts an API server, or takes the named one.
   *
   * @throws PeerException when none can be had, with the remedy
   */
  public static KubernetesPeer start(Options options) {
    return AtExit.closing(
        Provider.first(
            "Kubernetes",
            providers(options, CacheFolder.ofUser(), DockerEngine.ofThisMachine()),
            options.narrator()));
  }

  static List<Provider<KubernetesPeer>> providers(
      Options options, CacheFolder cache, DockerEngine docker) {
    GoModule module = new GoModule(GoModule.Source.KUBERNETES, cache, options.narrator());
    Kubectl kubectl = new Kubectl(module, cache);
    return options
        .kubeconfig()
        .<List<Provider<KubernetesPeer>>>map(
            kubeconfig -> List.of(new NamedCluster.Found(kubeconfig, cache, kubectl)))
        .orElseGet(
            () ->
                List.of(
                    new K3s.InDocker(docker, cache, kubectl),
                    new LocalControlPlane.FromSource(module, cache, kubectl)));
  }

  /** What it is and how it was had: {@code "etcd and kube-apiserver v1.34.4, built here"}. */
  public String provider() {
    return provider;
  }

  public URI url() {
    return cluster.url();
  }

  /** A kubeconfig of a cluster administrator, readable by this user alone. */
  public Path kubeconfig() {
    return cluster.kubeconfig();
  }

  /** The administrator's certificate; empty where a named kubeconfig uses something else. */
  public Optional<ClientCertificate> adminCertificate() {
    return cluster.adminCertificate();
  }

  /** A kubeconfig for a user who has no rights but those that RBAC gives to user and groups. */
  public Path kubeconfigFor(String user, String... groups) {
    return cluster.kubeconfigFor(user, Arrays.asList(groups));
  }

  /**
   * Stops the API server and leaves its data.
   *
   * @throws UnsupportedOperationException when the cluster is a named one
   */
  public void stopApiServer() {
    cluster.stopApiServer();
  }

  /** Starts the stopped API server on the same port, and returns when it is ready. */
  public void startApiServer() {
    cluster.startApiServer();
  }

  /** The kubectl of the PATH, or one that is built on the first call. */
  public Path kubectl() {
    return kubectl.executable();
  }

  /**
   * Runs kubectl as administrator and returns what it printed.
   *
   * @throws PeerException when it fails, with what it printed
   */
  public String kubectl(String... arguments) {
    return kubectl.run(kubeconfig(), arguments);
  }

  /**
   * Returns when objects of these custom resources can be made.
   *
   * @param definitions names of the definitions, such as {@code environments.iasql.io}
   */
  public void awaitServed(String... definitions) {
    for (String definition : definitions) {
      Awaitility.await(definition + " to be served")
          .atMost(SERVED_LIMIT)
          .pollDelay(Duration.ZERO)
          .until(
              () ->
                  kubectl("get", "customresourcedefinition", definition, "-o", ESTABLISHED)
                      .equals("True"));
    }
  }

  /** Stops what was started here. */
  @Override
  public void close() {
    AtExit.forget(this);
    cluster.close();
  }
}
