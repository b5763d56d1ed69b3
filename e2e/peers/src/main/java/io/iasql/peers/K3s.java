package io.iasql.peers;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** k3s in a container: a control plane with its node. */
final class K3s implements Cluster {
  private static final String IMAGE = "rancher/k3s:v1.34.4-k3s1";
  private static final int PORT = 6443;
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";
  private static final String CLIENT_AUTHORITY = "/var/lib/rancher/k3s/server/tls/client-ca";

  /** Needs a Docker engine. */
  record InDocker(DockerEngine docker, CacheFolder cache, Kubectl kubectl)
      implements Provider<KubernetesPeer> {

    @Override
    public String name() {
      return IMAGE + " in Docker";
    }

    @Override
    public Optional<String> missing() {
      return docker.missing();
    }

    @Override
    public KubernetesPeer start() {
      return new KubernetesPeer(name(), K3s.start(cache), kubectl);
    }
  }

  private final GenericContainer<?> container;
  private final RunFolder folder;
  private final ClusterAccess access;
  private final CertificateAuthority clientAuthority;
  private final ClientCertificate admin;
  private final Path kubeconfig;

  private K3s(
      GenericContainer<?> container,
      RunFolder folder,
      URI url,
      String written,
      CertificateAuthority clientAuthority) {
    this.container = container;
    this.folder = folder;
    this.clientAuthority = clientAuthority;
    this.access = new ClusterAccess(url, data(written, "certificate-authority-data"));
    this.admin =
        new ClientCertificate(
            data(written, "client-certificate-data"), data(written, "client-key-data"));
    this.kubeconfig =
        access.writeKubeconfig(folder.path().resolve("admin.kubeconfig"), "admin", admin);
  }

  private static K3s start(CacheFolder cache) {
    String host = DockerClientFactory.instance().dockerHostIpAddress();
    // Chosen here, because Docker would choose another one when the container starts again.
    int port = Ports.free(cache);
    GenericContainer<?> container =
        LoopbackPorts.publish(new GenericContainer<>(IMAGE), Optional.of(port), PORT)
            .withPrivilegedMode(true)
            .withCreateContainerCmdModifier(
                command -> command.getHostConfig().withCgroupnsMode("host"))
            .withTmpFs(Map.of("/run", "", "/var/run", ""))
            .withCommand("server", "--disable=traefik", "--tls-san=" + host)
            .waitingFor(
                Wait.forLogMessage(".*Node controller sync successful.*", 1)
                    .withStartupTimeout(LIMIT));
    container.start();
    return new K3s(
        container,
        RunFolder.create(cache, "kubernetes"),
        URI.create("https://" + host + ":" + port),
        read(container, KUBECONFIG),
        CertificateAuthority.of(
            read(container, CLIENT_AUTHORITY + ".crt"),
            read(container, CLIENT_AUTHORITY + ".key")));
  }

  private static String read(GenericContainer<?> container, String path) {
    return container.copyFileFromContainer(
        path, content -> new String(content.readAllBytes(), StandardCharsets.UTF_8));
  }

  private static String data(String kubeconfig, String field) {
    Matcher matcher = Pattern.compile(field + ": (\\S+)").matcher(kubeconfig);
    if (!matcher.find()) {
      throw new PeerException("k3s wrote a kubeconfig without " + field);
    }
    return new String(Base64.getDecoder().decode(matcher.group(1)), StandardCharsets.UTF_8);
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
    return UserKubeconfigs.write(folder, access, clientAuthority, user, groups);
  }

  @Override
  public void stopApiServer() {
    container.getDockerClient().stopContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void startApiServer() {
    container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    ClusterAccess.Readyz readyz = access.readyz();
    Awaitility.await("k3s to be ready again").atMost(LIMIT).until(readyz::ready);
  }

  @Override
  public void close() {
    container.stop();
    folder.close();
  }
}
