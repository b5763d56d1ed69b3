package io.iasql.scenarios;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.AwsProxy;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.OperatorPeer;
import io.iasql.peers.PostgresPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The whole product, once for the JVM: an API server, a PostgreSQL, an AWS emulator behind a proxy
 * and the operator. Each test has a {@link Space} of its own in it.
 */
final class Stack {
  /** The label of what is left to another operator than the stack's. */
  static final String SHARD = "iasql.io/shard";

  /** The lock of tests that start an operator of their own: a small machine takes one at a time. */
  static final String ANOTHER_OPERATOR = "another operator";

  private static Stack shared;

  final KubernetesPeer kubernetes;
  final KubernetesClient client;
  final AwsPeer aws = AwsPeer.shared();
  final AwsProxy proxy = AwsProxy.before(aws.endpoint());
  final PostgresPeer postgres = PostgresPeer.shared();
  final OperatorPeer.Options options;
  final OperatorPeer operator;

  private Stack() throws IOException {
    this.kubernetes = KubernetesPeer.shared();
    this.client = client(kubernetes.kubeconfig());
    Release.define(kubernetes, client);
    Path log = Path.of("target", "operator.log").toAbsolutePath();
    Files.createDirectories(log.getParent());
    Files.deleteIfExists(log);
    options =
        OperatorPeer.Options.of(kubernetes.kubeconfig())
            .withLog(log)
            .withSetting("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true")
            .withSetting("IASQL_AWS_VERIFY_INTERVAL", "5s")
            // What carries the label belongs to operators of their own.
            .withSetting("IASQL_WATCH_SELECTOR", "!" + SHARD);
    operator = OperatorPeer.start(options);
  }

  private Stack(KubernetesPeer kubernetes) {
    this.kubernetes = kubernetes;
    this.client = client(kubernetes.kubeconfig());
    this.options = OperatorPeer.Options.of(kubernetes.kubeconfig());
    this.operator = null;
  }

  /** The same on an API server of its own, where nothing is installed and no operator runs yet. */
  static Stack apart(KubernetesPeer kubernetes) {
    return new Stack(kubernetes);
  }

  /** The JVM's: started when first asked for; its peers end with the JVM. */
  static synchronized Stack shared() {
    if (shared == null) {
      try {
        shared = new Stack();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return shared;
  }

  /** A client for whoever the kubeconfig is of. */
  static KubernetesClient client(Path kubeconfig) {
    try {
      Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
      // The longest SQL is a megabyte, and the machine may have two cores for all that runs here.
      config.setRequestTimeout(60_000);
      return new KubernetesClientBuilder().withConfig(config).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
