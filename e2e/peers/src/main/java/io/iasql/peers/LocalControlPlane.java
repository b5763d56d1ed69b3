package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** etcd and kube-apiserver as processes of this machine. */
final class LocalControlPlane implements Cluster {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int TRIES = 3;
  private static final String HOST = "127.0.0.1";

  /** Builds the programs, once, and starts them. */
  record FromSource(GoModule module, CacheFolder cache, Kubectl kubectl)
      implements Provider<KubernetesPeer> {

    @Override
    public String name() {
      return "etcd and kube-apiserver " + GoModule.KUBERNETES_VERSION + ", built on this machine";
    }

    @Override
    public Optional<String> missing() {
      return GoModule.missing();
    }

    @Override
    public KubernetesPeer start() {
      Path programs =
          module.build(
              "control-plane", "5 minutes", List.of(GoModule.KUBE_APISERVER, GoModule.ETCD));
      for (int tries = 1; ; tries++) {
        LocalControlPlane plane = new LocalControlPlane(programs, cache);
        try {
          plane.start();
          return new KubernetesPeer(name(), plane, kubectl);
        } catch (PeerException e) {
          plane.close();
          if (tries == TRIES || !Readiness.portTaken(e)) {
            throw e;
          }
        }
      }
    }
  }

  private final Path programs;
  private final RunFolder folder;
  private final int port;
  private final int etcdPort;
  private final int etcdPeerPort;
  private final CertificateAuthority authority = CertificateAuthority.create("iasql-kubernetes");
  private final ClientCertificate admin = authority.client("admin", List.of("system:masters"));
  private final ClusterAccess access;
  private final Path kubeconfig;
  private SupervisedProcess etcd;
  private SupervisedProcess apiServer;

  private LocalControlPlane(Path programs, CacheFolder cache) {
    this.programs = programs;
    this.folder = RunFolder.createInMemory(cache, "kubernetes");
    this.port = Ports.free(cache);
    this.etcdPort = Ports.free(cache);
    this.etcdPeerPort = Ports.free(cache);
    this.access =
        new ClusterAccess(URI.create("https://" + HOST + ":" + port), authority.certificate());
    this.kubeconfig = access.writeKubeconfig(file("admin.kubeconfig"), "admin", admin);
  }

  private void start() {
    // An authority of its own: whoever can sign in to the API server cannot read etcd by it.
    CertificateAuthority etcdAuthority = CertificateAuthority.create("iasql-etcd");
    write("etcd-ca.crt", etcdAuthority.certificate());
    write("etcd", etcdAuthority.server("etcd"));
    write("ca.crt", authority.certificate());
    write("apiserver", authority.server("kube-apiserver"));
    write("tokens", authority.client("service-account-tokens", List.of()));
    etcd = launch("etcd", etcdFlags());
    Readiness.await(etcd, LIMIT, () -> Readiness.listens(HOST, etcdPort));
    startApiServer();
  }

  @Override
  public synchronized void startApiServer() {
    if (apiServer != null) {
      return;
    }
    apiServer = launch("kube-apiserver", apiServerFlags());
    ClusterAccess.Readyz readyz = access.readyz();
    Readiness.await(apiServer, LIMIT, readyz::ready);
  }

  @Override
  public synchronized void stopApiServer() {
    if (apiServer != null) {
      apiServer.close();
      apiServer = null;
    }
  }

  private SupervisedProcess launch(String program, List<String> flags) {
    List<String> command =
        Stream.concat(Stream.of(programs.resolve(program).toString()), flags.stream()).toList();
    return SupervisedProcess.start(
        program,
        command,
        folder.path(),
        file(program + ".log"),
        // It lives for minutes: memory costs less here than looking for garbage does.
        environment -> environment.put("GOGC", "400"));
  }

  private List<String> etcdFlags() {
    String client = "https://" + HOST + ":" + etcdPort;
    String peer = "https://" + HOST + ":" + etcdPeerPort;
    return List.of(
        "--data-dir=" + folder.path().resolve("etcd-data"),
        "--unsafe-no-fsync",
        "--log-level=error",
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--client-cert-auth",
        "--trusted-ca-file=" + file("etcd-ca.crt"),
        "--cert-file=" + file("etcd.crt"),
        "--key-file=" + file("etcd.key"),
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--initial-cluster=default=" + peer,
        "--peer-client-cert-auth",
        "--peer-trusted-ca-file=" + file("etcd-ca.crt"),
        "--peer-cert-file=" + file("etcd.crt"),
        "--peer-key-file=" + file("etcd.key"));
  }

  private List<String> apiServerFlags() {
    return List.of(
        "--etcd-servers=https://" + HOST + ":" + etcdPort,
        "--etcd-cafile=" + file("etcd-ca.crt"),
        "--etcd-certfile=" + file("etcd.crt"),
        "--etcd-keyfile=" + file("etcd.key"),
        "--bind-address=" + HOST,
        "--advertise-address=" + HOST,
        "--endpoint-reconciler-type=none",
        "--secure-port=" + port,
        "--tls-cert-file=" + file("apiserver.crt"),
        "--tls-private-key-file=" + file("apiserver.key"),
        "--client-ca-file=" + file("ca.crt"),
        "--service-account-key-file=" + file("tokens.crt"),
        "--service-account-signing-key-file=" + file("tokens.key"),
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true");
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

  /** The API server first: without etcd it would take a minute to give up. */
  @Override
  public synchronized void close() {
    stopApiServer();
    if (etcd != null) {
      etcd.close();
      etcd = null;
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
