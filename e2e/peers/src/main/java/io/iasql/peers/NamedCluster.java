package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The cluster of a kubeconfig that the user names. */
final class NamedCluster implements Cluster {
  private static final Pattern CREDENTIALS = Pattern.compile("^  user:$", Pattern.MULTILINE);

  /** Asks the cluster before it is taken. */
  record Found(Path file, CacheFolder cache, Kubectl kubectl) implements Provider<KubernetesPeer> {

    @Override
    public String name() {
      return "the cluster of " + file;
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public KubernetesPeer start() {
      if (!Files.isReadable(file)) {
        throw new PeerException("Cannot read the kubeconfig " + file + ": name another, or none");
      }
      kubectl.run(file, "get", "--raw", "/readyz");
      return new KubernetesPeer(name(), new NamedCluster(file, cache, kubectl), kubectl);
    }
  }

  private final Path file;
  private final Kubectl kubectl;
  private final RunFolder folder;

  private NamedCluster(Path file, CacheFolder cache, Kubectl kubectl) {
    this.file = file;
    this.kubectl = kubectl;
    this.folder = RunFolder.create(cache, "kubernetes");
  }

  @Override
  public URI url() {
    return URI.create(view("{.clusters[0].cluster.server}"));
  }

  @Override
  public Path kubeconfig() {
    return file;
  }

  @Override
  public Optional<ClientCertificate> adminCertificate() {
    String certificate = view("{.users[0].user.client-certificate-data}");
    String key = view("{.users[0].user.client-key-data}");
    return certificate.isEmpty() || key.isEmpty()
        ? Optional.empty()
        : Optional.of(new ClientCertificate(decode(certificate), decode(key)));
  }

  /** By impersonation, since nobody but the cluster can sign certificates for it. */
  @Override
  public Path kubeconfigFor(String user, Collection<String> groups) {
    String quoted =
        groups.stream().map(group -> '"' + group + '"').collect(Collectors.joining(", "));
    String own = kubectl.run(file, "config", "view", "--raw", "--minify", "--flatten");
    String impersonating =
        CREDENTIALS
            .matcher(own)
            .replaceFirst("  user:\n    as: \"" + user + "\"\n    as-groups: [" + quoted + "]");
    Path written = folder.make("users").resolve(UserKubeconfigs.fileName(user, groups));
    try {
      return Files.writeString(written, impersonating);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + written, e);
    }
  }

  @Override
  public void stopApiServer() {
    throw new UnsupportedOperationException("The API server of " + file + " is not ours to stop");
  }

  @Override
  public void startApiServer() {
    throw new UnsupportedOperationException("The API server of " + file + " is not ours to start");
  }

  @Override
  public void close() {
    folder.close();
  }

  private String view(String path) {
    return kubectl.run(
        file, "config", "view", "--raw", "--minify", "--flatten", "-o", "jsonpath=" + path);
  }

  private static String decode(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
