package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderTest {
  @TempDir Path folder;

  private final List<String> said = new ArrayList<>();

  private record Fake(String name, Optional<String> missing, String peer)
      implements Provider<String> {
    @Override
    public String start() {
      if (peer.isEmpty()) {
        throw new PeerException(name + " does not start");
      }
      return peer;
    }
  }

  private String first(Fake... providers) {
    return Provider.first("Kubernetes", List.of(providers), said::add);
  }

  @Test
  void shouldTakeTheFirstThatIsThereAndSayWhich() {
    Fake docker = new Fake("k3s in Docker", Optional.of("start Docker"), "k3s");
    Fake local = new Fake("built here", Optional.empty(), "local");
    Fake other = new Fake("never asked", Optional.empty(), "other");

    assertThat(first(docker, local, other)).isEqualTo("local");
    assertThat(said).containsExactly("Kubernetes: built here");
  }

  @Test
  void shouldSayInOneLineWhatIsMissing() {
    Fake docker = new Fake("k3s in Docker", Optional.of("start Docker"), "k3s");
    Fake local = new Fake("built here", Optional.of("install Go 1.24 or later"), "local");

    assertThatThrownBy(() -> first(docker, local))
        .isInstanceOf(PeerException.class)
        .hasMessage("No Kubernetes can be had: start Docker; or install Go 1.24 or later.");
  }

  @Test
  void shouldNotFallBackFromOneThatIsThereAndFails() {
    Fake docker = new Fake("k3s in Docker", Optional.empty(), "");
    Fake local = new Fake("built here", Optional.empty(), "local");

    assertThatThrownBy(() -> first(docker, local)).hasMessage("k3s in Docker does not start");
  }

  @Test
  void shouldOfferDockerBeforeWhatIsMadeHere() {
    CacheFolder cache = new CacheFolder(folder);
    KubernetesPeer.Options kubernetes = new KubernetesPeer.Options(Optional.empty(), said::add);
    AwsPeer.Options aws = new AwsPeer.Options(AwsEmulator.LOCALSTACK, Optional.empty(), said::add);

    assertThat(KubernetesPeer.providers(kubernetes, cache, new DockerEngine(List.of())))
        .hasExactlyElementsOfTypes(K3s.InDocker.class, LocalControlPlane.FromSource.class);
    assertThat(AwsPeer.providers(aws, cache, new DockerEngine(List.of())))
        .hasExactlyElementsOfTypes(DockerEmulator.class, PythonEmulator.class);
  }

  @Test
  void shouldOfferNothingBesideWhatIsNamed() {
    CacheFolder cache = new CacheFolder(folder);
    KubernetesPeer.Options kubernetes =
        new KubernetesPeer.Options(Optional.of(Path.of("config")), said::add);
    AwsPeer.Options aws =
        new AwsPeer.Options(
            AwsEmulator.MOTO, Optional.of(URI.create("http://127.0.0.1:1")), said::add);

    assertThat(KubernetesPeer.providers(kubernetes, cache, new DockerEngine(List.of())))
        .hasExactlyElementsOfTypes(NamedCluster.Found.class);
    assertThat(AwsPeer.providers(aws, cache, new DockerEngine(List.of())))
        .hasExactlyElementsOfTypes(NamedAwsEndpoint.class);
    assertThatThrownBy(() -> AwsPeer.start(aws))
        .hasMessage(
            "moto does not answer at http://127.0.0.1:1/moto-api/data.json:"
                + " start it there, or name no endpoint");
  }
}
