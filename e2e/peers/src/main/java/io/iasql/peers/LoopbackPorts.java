package io.iasql.peers;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;

/** Publishes a container's port on loopback only; Docker's default is every interface. */
final class LoopbackPorts {
  private LoopbackPorts() {}

  /**
   * Publishes a port.
   *
   * @param hostPort the port of this machine; empty leaves the choice to Docker
   */
  static GenericContainer<?> publish(
      GenericContainer<?> container, Optional<Integer> hostPort, int containerPort) {
    boolean here = "localhost".equals(DockerClientFactory.instance().dockerHostIpAddress());
    String address = here ? "127.0.0.1" : "0.0.0.0";
    container.addExposedPort(containerPort);
    return container.withCreateContainerCmdModifier(
        command ->
            command
                .getHostConfig()
                .withPortBindings(
                    new PortBinding(
                        hostPort
                            .map(port -> Binding.bindIpAndPort(address, port))
                            .orElseGet(() -> Binding.bindIp(address)),
                        ExposedPort.tcp(containerPort))));
  }
}
