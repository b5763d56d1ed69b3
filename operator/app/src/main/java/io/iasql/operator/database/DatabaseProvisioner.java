package io.iasql.operator.database;

import io.iasql.crds.Environment;

/**
 * A way to give environments their databases.
 *
 * <p>Nothing here deletes data: what an environment leaves behind is picked up by the next one of
 * its name.
 */
public interface DatabaseProvisioner {

  /**
   * Makes sure that the environment's database is there or on its way, and says how far it is.
   * Returns at once, is asked again and again, and changes nothing when all is as it should be.
   *
   * @param objects where to look up Kubernetes objects; may lag a little behind
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server cannot be
   *     asked or refuses
   */
  DatabaseState provision(Environment environment, KubernetesObjects objects);
}
