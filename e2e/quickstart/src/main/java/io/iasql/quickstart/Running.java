package io.iasql.quickstart;

import java.net.URI;
import java.nio.file.Path;

/**
 * What a keeper holds.
 *
 * @param request what it was asked for
 * @param kubectl a kubectl of the cluster's version
 */
record Running(
    Request request, long pid, Path kubeconfig, Path kubectl, URI awsEndpoint, Path operatorLog) {

  /**
   * What a keeper is asked for.
   *
   * @param build names the operator that was built last
   * @param definitions the folder with the definitions of the custom resources
   * @param kubeconfig the cluster to use; null to start an API server
   * @param awsEndpoint the emulator to use; null to start one
   * @param account the account of connections that name no credentials
   */
  record Request(
      String build,
      Path operatorJar,
      Path definitions,
      Path kubeconfig,
      URI awsEndpoint,
      String account) {

    /** Whether what was started for {@code other} does for this request as well. */
    boolean isServedBy(Request other) {
      return withAccount(other.account).equals(other);
    }

    private Request withAccount(String changed) {
      return new Request(build, operatorJar, definitions, kubeconfig, awsEndpoint, changed);
    }
  }
}
