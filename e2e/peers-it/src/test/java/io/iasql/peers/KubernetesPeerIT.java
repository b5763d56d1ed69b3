package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KubernetesPeerIT {

  @Test
  void shouldServeTheApiToItsAdministrator() {
    KubernetesPeer peer = KubernetesPeer.shared();

    assertThat(peer.kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}"))
        .contains("system:masters");
    assertThat(peer.kubectl("get", "namespaces", "-o", "name")).contains("namespace/default");
  }

  @Test
  void shouldGiveOtherUsersOnlyWhatRbacGivesThem() {
    KubernetesPeer peer = KubernetesPeer.shared();
    peer.kubectl("create", "clusterrole", "reader", "--verb=list", "--resource=configmaps");
    peer.kubectl(
        "create", "clusterrolebinding", "readers", "--clusterrole=reader", "--group=readers");
    String reader = peer.kubeconfigFor("jane", "readers").toString();
    String stranger = peer.kubeconfigFor("joe").toString();

    assertThat(as(peer, reader, "get", "configmaps")).contains("No resources found");
    assertThatThrownBy(() -> as(peer, stranger, "get", "configmaps"))
        .hasMessageContaining("User \"joe\" cannot list");
  }

  @Test
  void shouldTakeTheKubeconfigThatIsNamed() {
    KubernetesPeer running = KubernetesPeer.shared();

    try (KubernetesPeer named =
        KubernetesPeer.start(
            KubernetesPeer.Options.defaults().withKubeconfig(running.kubeconfig()))) {
      assertThat(named.url()).isEqualTo(running.url());
      assertThat(named.adminCertificate()).isEqualTo(running.adminCertificate());
      String jane = named.kubeconfigFor("jane", "team-a", "team-b").toString();
      assertThat(as(named, jane, "auth", "whoami", "-o", "jsonpath={.status.userInfo}"))
          .contains("jane", "team-a", "team-b");
      assertThatThrownBy(named::stopApiServer).isInstanceOf(UnsupportedOperationException.class);
    }

    assertThat(running.kubectl("get", "--raw", "/readyz")).isEqualTo("ok");
  }

  @Test
  void shouldKeepPortAndDataWhileTheApiServerIsGoneAndLeaveNoProcess() {
    int before = LocalProcesses.started().size();
    KubernetesPeer peer =
        KubernetesPeer.start(KubernetesPeer.Options.defaults().withNarrator(line -> {}));
    peer.kubectl("create", "configmap", "kept", "--from-literal=a=b");

    peer.stopApiServer();
    assertThatThrownBy(() -> peer.kubectl("get", "configmaps"))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("refused");
    peer.startApiServer();

    assertThat(peer.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.a}")).isEqualTo("b");
    assertThat(LocalProcesses.reachableFromOutside(peer.url().getPort())).isEmpty();
    peer.close();
    assertThat(LocalProcesses.started()).hasSize(before);
  }

  @Test
  void shouldSayWhyANamedKubeconfigCannotBeTaken() {
    KubernetesPeer.Options options =
        KubernetesPeer.Options.defaults().withKubeconfig(Path.of("absent"));

    assertThatThrownBy(() -> KubernetesPeer.start(options))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("Cannot read the kubeconfig absent");
  }

  private static String as(KubernetesPeer peer, String kubeconfig, String... arguments) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig));
    all.addAll(List.of(arguments));
    return peer.kubectl(all.toArray(String[]::new));
  }
}
