package io.iasql.operator.status;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** What the API server says. */
public final class ApiServer {
  private ApiServer() {}

  /** Why it refused, in its own words; the client's where it gave none. */
  public static String said(KubernetesClientException e) {
    return e.getStatus() == null || e.getStatus().getMessage() == null
        ? String.valueOf(e.getMessage())
        : e.getStatus().getMessage();
  }
}
