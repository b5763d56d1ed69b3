package io.iasql.peers;

import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** What a provider of Kubernetes must be able to do. */
interface Cluster extends AutoCloseable {

  URI url();

  /** A kubeconfig of a cluster administrator. */
  Path kubeconfig();

  Optional<ClientCertificate> adminCertificate();

  Path kubeconfigFor(String user, Collection<String> groups);

  void stopApiServer();

  void startApiServer();

  @Override
  void close();
}
