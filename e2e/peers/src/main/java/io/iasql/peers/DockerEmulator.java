package io.iasql.peers;

import java.net.URI;
import java.util.Optional;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** An emulator's image, by Testcontainers. */
record DockerEmulator(AwsEmulator emulator, DockerEngine docker) implements Provider<AwsPeer> {

  private String image() {
    return switch (emulator) {
      case LOCALSTACK -> "localstack/localstack:4.14.0";
      case MOTO -> "motoserver/moto:" + emulator.pythonVersion;
    };
  }

  private int port() {
    return switch (emulator) {
      case LOCALSTACK -> 4566;
      case MOTO -> 5000;
    };
  }

  @Override
  public String name() {
    return image() + " in Docker";
  }

  @Override
  public Optional<String> missing() {
    return docker.missing();
  }

  @Override
  public AwsPeer start() {
    GenericContainer<?> container =
        LoopbackPorts.publish(new GenericContainer<>(image()), Optional.empty(), port())
            .withEnv("DISABLE_EVENTS", "1")
            .withEnv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .withEnv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .waitingFor(Wait.forHttp(emulator.healthPath).forPort(port()));
    container.start();
    URI endpoint =
        URI.create("http://" + container.getHost() + ":" + container.getMappedPort(port()));
    return AtExit.closing(new AwsPeer(emulator, name(), endpoint, container::stop));
  }
}
