package io.iasql.peers;

import static io.iasql.peers.AwsEmulator.MOTO;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.sts.StsClient;

class AwsPeerIT {

  @ParameterizedTest
  @EnumSource(AwsEmulator.class)
  void shouldGiveEachCallerAnAccountOfItsOwn(AwsEmulator emulator) {
    AwsPeer peer = AwsPeer.shared(emulator);
    AwsPeer.Account one = peer.newAccount();
    AwsPeer.Account other = peer.newAccount();

    try (S3Client s3 = EmulatorClients.of(peer, one).build(S3Client.builder());
        S3Client otherS3 = EmulatorClients.of(peer, other).build(S3Client.builder());
        StsClient sts = EmulatorClients.of(peer, one).build(StsClient.builder())) {
      s3.createBucket(bucket -> bucket.bucket("assets-" + one.id()));
      s3.putObject(
          object -> object.bucket("assets-" + one.id()).key("index.html"),
          RequestBody.fromString("hello"));

      assertThat(sts.getCallerIdentity().account()).isEqualTo(one.id());
      assertThat(s3.listBuckets().buckets())
          .extracting(Bucket::name)
          .containsExactly("assets-" + one.id());
      assertThat(otherS3.listBuckets().buckets()).isEmpty();
    }
  }

  @Test
  void shouldForgetEverythingOnReset() {
    try (AwsPeer peer = AwsPeer.start(AwsPeer.Options.of(MOTO).withNarrator(line -> {}))) {
      AwsPeer.Account account = peer.newAccount();
      try (S3Client s3 = EmulatorClients.of(peer, account).build(S3Client.builder())) {
        s3.createBucket(bucket -> bucket.bucket("assets-" + account.id()));
      }

      peer.reset();

      try (S3Client s3 =
          EmulatorClients.of(peer, peer.account(account.id())).build(S3Client.builder())) {
        assertThat(s3.listBuckets().buckets()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(AwsEmulator.class)
  void shouldTakeTheEndpointThatIsNamed(AwsEmulator emulator) {
    URI running = AwsPeer.shared(emulator).endpoint();

    try (AwsPeer named =
        AwsPeer.start(
            new AwsPeer.Options(emulator, Optional.of(running), Narrator.toStandardError()))) {
      assertThat(named.endpoint()).isEqualTo(running);
    }

    assertThat(new EmulatorHttp(running).answers(emulator.healthPath)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(AwsEmulator.class)
  void shouldListenOnLoopbackOnlyAndLeaveNoProcess(AwsEmulator emulator) {
    AwsPeer peer = AwsPeer.start(AwsPeer.Options.of(emulator).withNarrator(line -> {}));
    List<ProcessHandle> processes = LocalProcesses.started();
    assertThat(processes).isNotEmpty();
    assertThat(LocalProcesses.reachableFromOutside(peer.endpoint().getPort())).isEmpty();

    peer.close();

    assertThat(new EmulatorHttp(peer.endpoint()).answers(emulator.healthPath)).isFalse();
    assertThat(LocalProcesses.started().size()).isLessThan(processes.size());
  }
}
