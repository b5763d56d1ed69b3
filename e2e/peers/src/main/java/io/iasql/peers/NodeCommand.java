package io.iasql.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** {@code e2e/node}: a node for a developer, with the images of this checkout, until Ctrl-C. */
public final class NodeCommand {
  /** What the chart runs when nothing else is said. */
  private static final String OPERATOR_IMAGE = "localhost/iasql-operator:0.1.0";

  private NodeCommand() {}

  /**
   * Starts it, says how to use it, and waits to be ended.
   *
   * @param args none
   */
  public static void main(String[] args) throws InterruptedException {
    Optional<String> missing = NodePeer.missing();
    if (missing.isPresent()) {
      System.err.println("No node can be had: " + missing.get() + ".");
      System.exit(1);
    }
    NodePeer node = NodePeer.start(System.out::println);
    node.buildPostgresImage();
    System.out.println("Image: " + NodePeer.POSTGRES_IMAGE);
    Optional<Path> operator =
        OperatorPeer.checkout().map(checkout -> checkout.resolve("operator/app"));
    if (operator.isPresent() && Files.exists(operator.get().resolve("target/quarkus-app"))) {
      node.buildImage(operator.get(), OPERATOR_IMAGE);
      System.out.println("Image: " + OPERATOR_IMAGE);
    } else {
      System.out.println("No image of the operator: mvn install -DskipTests makes what it is of.");
    }
    System.out.printf(
        """
        All is ready, until Ctrl-C. Pods see this machine at %s.
          $ export KUBECONFIG=%s
          $ helm install iasql-operator helm/iasql-operator -n iasql-system --create-namespace \\
              --set database.managed.image=%s,test.image=%s
        """,
        node.hostAddress(),
        node.kubernetes().kubeconfig(),
        NodePeer.POSTGRES_IMAGE,
        NodePeer.BASE_IMAGE);
    new CountDownLatch(1).await();
  }
}
