package io.iasql.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import io.iasql.crds.Replication;
import io.iasql.crds.SqlTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;

/**
 * Makes what reads the API server's answers, before there are any. Of its own accord the client
 * makes a type's reader at the type's first object, on the thread by which all answers come: for
 * pods that is hundreds of classes, which takes longer than a Lease lasts where processors are
 * busy, and meanwhile no renewal is heard of.
 */
@ApplicationScoped
class AnswerReaders {
  private static final int BEFORE_ALL = 1;

  /** What this process reads, directly or by its caches. */
  private static final List<Class<? extends KubernetesResource>> TYPES =
      List.of(
          Status.class,
          Lease.class,
          AwsConnection.class,
          Environment.class,
          SqlTransaction.class,
          Replication.class,
          Secret.class,
          ConfigMap.class,
          Event.class,
          Service.class,
          PersistentVolumeClaim.class,
          StatefulSet.class,
          Pod.class);

  void start(@Observes @Priority(BEFORE_ALL) StartupEvent event, KubernetesClient client) {
    make(client.getKubernetesSerialization());
  }

  static void make(KubernetesSerialization serialization) {
    TYPES.forEach(type -> serialization.unmarshal("{}", type));
  }
}
