package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster of one node as processes of this machine, in namespaces of their own. */
final class LocalNode implements Cluster {
  static final String PAUSE = "localhost/iasql-base:1";
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final String NAME = "node";
  private static final int PORT = 6443;
  private static final String SERVICES = "10.96.0.0/16";
  private static final String API_SERVICE = "10.96.0.1";
  private static final String PODS = "10.244.0.0/16";

  /** Where what a node runs is built. */
  record Programs(Path controlPlane, Path node, Path coredns) {
    static Programs build(CacheFolder cache, Narrator narrator) {
      GoModule kubernetes = new GoModule(GoModule.Source.KUBERNETES, cache, narrator);
      return new Programs(
          kubernetes.build(
              "control-plane", "5 minutes", List.of(GoModule.KUBE_APISERVER, GoModule.ETCD)),
          kubernetes.build(
              "node",
              "2 minutes",
              List.of(
                  GoModule.KUBELET,
                  GoModule.KUBE_CONTROLLER_MANAGER,
                  GoModule.KUBE_SCHEDULER,
                  GoModule.KUBE_PROXY)),
          new GoModule(GoModule.Source.COREDNS, cache, narrator)
              .build("coredns", "a minute", List.of(GoModule.COREDNS)));
    }
  }

  private final Programs programs;
  private final NodePrograms system;
  private final Kubectl kubectl;
  private final RunFolder folder;
  private final NodeNetwork network;
  private final CertificateAuthority authority = CertificateAuthority.create("iasql-kubernetes");
  private final ClientCertificate admin = authority.client("admin", List.of("system:masters"));
  private final ClusterAccess access;
  private final Path kubeconfig;
  private NodeNamespaces namespaces;
  private int starts;
  private SupervisedProcess apiServer;

  LocalNode(Programs programs, NodePrograms system, CacheFolder cache, Kubectl kubectl) {
    this.programs = programs;
    this.system = system;
    this.kubectl = kubectl;
    this.folder = RunFolder.create(cache, NAME);
    this.network = NodeNetwork.free(cache, system);
    this.access =
        new ClusterAccess(
            URI.create("https://" + network.node() + ":" + PORT), authority.certificate());
    this.kubeconfig = access.writeKubeconfig(file("admin.kubeconfig"), "admin", admin);
  }

  /**
   * Starts everything and returns when the node takes pods.
   *
   * @param base the image that the pause containers are made of
   */
  void start(Path base) {
    writeIdentities();
    writeConfiguration();
    boot();
    load(base);
    startApiServer();
    startNode();
  }

  /** Ends all that runs, at once, and starts it again with what is on its disk. */
  synchronized void restart() {
    namespaces.close();
    apiServer = null;
    boot();
    startApiServer();
    startNode();
  }

  private void boot() {
    String cgroup = NodeNamespaces.cgroup(folder, ++starts);
    write(
        "kubelet.yaml",
        filled(
            "kubelet.yaml",
            Map.of("run", folder.path().toString(), "node", network.node(), "cgroup", cgroup)));
    namespaces = NodeNamespaces.open(folder, cgroup, network, system);
    namespaces.launch("etcd", programs.controlPlane().resolve("etcd"), etcdFlags());
    SupervisedProcess containerd =
        namespaces.launch(
            "containerd",
            system.program("containerd"),
            List.of("--config", file("containerd.toml").toString()));
    launchApiServer();
    Readiness.await(containerd, LIMIT, this::containerdAnswers);
  }

  private void startNode() {
    kubectl.run(kubeconfig, "apply", "-f", file("cluster.yaml").toString());
    // Both give up at once where no API server answers.
    namespaces.launch(
        "kube-controller-manager",
        programs.node().resolve("kube-controller-manager"),
        List.of(
            "--kubeconfig=" + file("kube-controller-manager.kubeconfig"),
            "--use-service-account-credentials",
            "--service-account-private-key-file=" + file("tokens.key"),
            "--root-ca-file=" + file("ca.crt"),
            "--cluster-cidr=" + PODS,
            "--leader-elect=false",
            "--bind-address=127.0.0.1"));
    namespaces.launch(
        "kube-scheduler",
        programs.node().resolve("kube-scheduler"),
        List.of(
            "--kubeconfig=" + file("kube-scheduler.kubeconfig"),
            "--leader-elect=false",
            "--bind-address=127.0.0.1"));
    namespaces.launch(
        "kubelet",
        programs.node().resolve("kubelet"),
        List.of(
            "--config=" + file("kubelet.yaml"),
            "--kubeconfig=" + file("kubelet.kubeconfig"),
            "--root-dir=" + folder.path().resolve("kubelet"),
            "--hostname-override=" + NAME,
            "--node-ip=" + network.node()));
    namespaces.launch(
        "kube-proxy",
        programs.node().resolve("kube-proxy"),
        List.of("--config=" + file("kube-proxy.yaml"), "--hostname-override=" + NAME));
    namespaces.launch(
        "coredns",
        programs.coredns().resolve("coredns"),
        List.of("-conf", file("Corefile").toString()));
    // Without it no pod is admitted: the controllers make it.
    kubectl.run(kubeconfig, "wait", "--for=create", "serviceaccount/default", "--timeout=60s");
    kubectl.run(kubeconfig, "wait", "--for=create", "node/" + NAME, "--timeout=60s");
    kubectl.run(kubeconfig, "wait", "--for=condition=Ready", "node/" + NAME, "--timeout=60s");
  }

  private boolean containerdAnswers() {
    try {
      ctr("version");
      return true;
    } catch (PeerException e) {
      return false;
    }
  }

  /** Takes the images of an archive, as if they had been pulled. */
  void load(Path archive) {
    ctr("images", "import", archive.toString());
  }

  /** Kills all processes of a container at once. */
  void killContainer(String id) {
    ctr("tasks", "kill", "--all", "--signal", "SIGKILL", id);
  }

  private void ctr(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("ctr", "--address", "/run/containerd.sock", "-n", "k8s.io"));
    command.addAll(List.of(arguments));
    namespaces.run(command.toArray(String[]::new));
  }

  /** This machine, as pods see it. */
  String hostAddress() {
    return network.host();
  }

  @Override
  public synchronized void startApiServer() {
    launchApiServer();
    ClusterAccess.Readyz readyz = access.readyz();
    Readiness.await(apiServer, LIMIT, readyz::ready);
  }

  private void launchApiServer() {
    if (apiServer == null) {
      apiServer =
          namespaces.launch(
              "kube-apiserver",
              programs.controlPlane().resolve("kube-apiserver"),
              apiServerFlags());
    }
  }

  /** SIGKILL. */
  @Override
  public synchronized void stopApiServer() {
    if (apiServer != null) {
      apiServer.close();
      apiServer = null;
      // It was killed with its supervisor, and nobody else says when it has gone.
      Readiness.awaitSilence(network.node(), PORT, LIMIT);
    }
  }

  /** Plain HTTP: nobody but the node reaches its loopback. */
  private List<String> etcdFlags() {
    return List.of(
        "--data-dir=" + folder.path().resolve("etcd"), "--unsafe-no-fsync", "--log-level=error");
  }

  private List<String> apiServerFlags() {
    return List.of(
        "--etcd-servers=http://127.0.0.1:2379",
        "--bind-address=0.0.0.0",
        "--advertise-address=" + network.node(),
        "--secure-port=" + PORT,
        "--tls-cert-file=" + file("apiserver.crt"),
        "--tls-private-key-file=" + file("apiserver.key"),
        "--client-ca-file=" + file("ca.crt"),
        "--kubelet-client-certificate=" + file("admin.crt"),
        "--kubelet-client-key=" + file("admin.key"),
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-key-file=" + file("tokens.crt"),
        "--service-account-signing-key-file=" + file("tokens.key"),
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=" + SERVICES,
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true");
  }

  private void writeIdentities() {
    write("ca.crt", authority.certificate());
    write("apiserver", authority.serverAt("kube-apiserver", List.of(network.node(), API_SERVICE)));
    write("tokens", authority.client("service-account-tokens", List.of()));
    write("admin", admin);
    user("kube-controller-manager", "system:kube-controller-manager");
    user("kube-scheduler", "system:kube-scheduler");
    user("kube-proxy", "system:kube-proxy");
    user("coredns", "coredns");
    access.writeKubeconfig(
        file("kubelet.kubeconfig"),
        "kubelet",
        authority.client("system:node:" + NAME, List.of("system:nodes")));
  }

  private void user(String program, String name) {
    access.writeKubeconfig(
        file(program + ".kubeconfig"), program, authority.client(name, List.of()));
  }

  private void writeConfiguration() {
    folder.make("cni");
    Map<String, String> values =
        Map.of(
            "run", folder.path().toString(),
            "node", network.node(),
            "pause", PAUSE,
            "cni", system.cni().toString());
    List.of("containerd.toml", "kube-proxy.yaml", "Corefile")
        .forEach(name -> write(name, filled(name, values)));
    write("cni/pods.conflist", filled("pods.conflist", values));
    StringBuilder cluster = new StringBuilder(filled("cluster.yaml", values));
    for (int i = 0; i < NodePeer.VOLUMES; i++) {
      String volume = "volume-" + i;
      folder.make("volumes/" + volume);
      cluster.append(
          filled("volume.yaml", Map.of("run", folder.path().toString(), "volume", volume)));
    }
    write("cluster.yaml", cluster.toString());
  }

  private static String filled(String name, Map<String, String> values) {
    String text = CacheFolder.resource("node/" + name);
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("${" + value.getKey() + "}", value.getValue());
    }
    return text;
  }

  @Override
  public URI url() {
    return access.url();
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public Optional<ClientCertificate> adminCertificate() {
    return Optional.of(admin);
  }

  @Override
  public Path kubeconfigFor(String user, Collection<String> groups) {
    return UserKubeconfigs.write(folder, access, authority, user, groups);
  }

  @Override
  public synchronized void close() {
    if (namespaces != null) {
      namespaces.close();
      namespaces = null;
    }
    folder.close();
  }

  private Path file(String name) {
    return folder.path().resolve(name);
  }

  private void write(String name, ClientCertificate certificate) {
    write(name + ".crt", certificate.certificate());
    write(name + ".key", certificate.key());
  }

  private void write(String name, String text) {
    try {
      Files.writeString(file(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
