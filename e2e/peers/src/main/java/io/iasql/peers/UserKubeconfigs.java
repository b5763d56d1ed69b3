package io.iasql.peers;

import java.nio.file.Path;
import java.util.Collection;

/** Kubeconfigs of users whom an authority signs for. */
final class UserKubeconfigs {
  private UserKubeconfigs() {}

  static Path write(
      RunFolder folder,
      ClusterAccess access,
      CertificateAuthority authority,
      String user,
      Collection<String> groups) {
    Path file = folder.make("users").resolve(fileName(user, groups));
    return access.writeKubeconfig(file, user, authority.client(user, groups));
  }

  /** User names have colons and slashes. */
  static String fileName(String user, Collection<String> groups) {
    return CacheFolder.key(user, String.join("\n", groups)) + ".kubeconfig";
  }
}
