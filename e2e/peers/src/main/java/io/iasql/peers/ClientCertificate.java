package io.iasql.peers;

/**
 * A certificate with its key, both PEM: who bears it is the user of its common name, in the groups
 * of its organizations.
 */
public record ClientCertificate(String certificate, String key) {
  /** Hides the key. */
  @Override
  public String toString() {
    return "ClientCertificate[hidden]";
  }
}
