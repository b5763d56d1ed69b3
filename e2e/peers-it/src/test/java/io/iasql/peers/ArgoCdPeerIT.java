package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArgoCdPeerIT {

  @Test
  void shouldBeReachedFromThisMachineAloneAndLeaveNothingBehind() {
    assumeTrue(ArgoCd.missing().isEmpty(), () -> "not run: " + ArgoCd.missing().orElseThrow());
    KubernetesPeer kubernetes = KubernetesPeer.shared();
    List<ProcessHandle> before = LocalProcesses.started();

    ArgoCd argo = ArgoCd.start(kubernetes);
    assertThat(argo.ports())
        .hasSize(6)
        .allSatisfy(port -> assertThat(LocalProcesses.reachableFromOutside(port)).isEmpty());
    assertThat(argo.log("application-controller")).exists();
    argo.close();

    assertThat(argo.log("application-controller")).doesNotExist();
    assertThat(LocalProcesses.started()).hasSameElementsAs(before);
  }
}
