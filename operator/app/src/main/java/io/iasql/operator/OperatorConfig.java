package io.iasql.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every setting of the operator, under {@code iasql.} or {@code IASQL_}. */
@ConfigMapping(prefix = "iasql")
public interface OperatorConfig {

  /** The namespaces to work in, {@code application.properties} hands them on; all by default. */
  Optional<List<String>> watchNamespaces();

  /**
   * The label selector of this operator's shard, {@code application.properties} hands it on; by
   * default everything in the namespaces. It holds for every custom resource alike.
   */
  Optional<String> watchSelector();

  /** Which of several replicas works. */
  LeaderElection leaderElection();

  /** Databases of environments. */
  Database database();

  /** Calls to AWS. */
  Aws aws();

  /** Plans and commits. */
  Commit commit();

  /** How many environments and transactions are worked on at once. */
  @WithDefault("16")
  int jobs();

  /** Which of several replicas works: the one that holds a Lease. */
  interface LeaderElection {

    /** Whether this process works only while it holds the Lease; by default it always works. */
    @WithDefault("false")
    boolean enabled();

    /** The name of the Lease: one for each release of the chart. */
    @WithDefault("iasql-operator")
    String lease();

    /** The namespace of the Lease; by default the one that this process runs in. */
    Optional<String> namespace();

    /** As whom this process holds the Lease: its pod. By default the name of the host. */
    @WithDefault("${HOSTNAME:operator}")
    String identity();

    /** How long after its last renewal a Lease is anybody's. */
    @WithDefault("15s")
    Duration duration();

    /** How long the holder goes on without having renewed it; shorter than {@link #duration}. */
    @WithDefault("10s")
    Duration renewDeadline();

    /** The time between two tries to get or to renew it. */
    @WithDefault("2s")
    Duration retryPeriod();
  }

  /** Plans and commits. */
  interface Commit {

    /** How many calls to AWS one environment makes at once. */
    @WithDefault("16")
    int parallelism();

    /** How long a transaction's SQL may run. */
    @WithDefault("5m")
    Duration sqlTimeout();
  }

  /** Where environments that name no database get theirs, and how. */
  interface Database {

    /** What {@code Environment.spec.database} stands for when it is omitted. */
    @WithDefault("managed")
    Provider provider();

    /** A StatefulSet per environment. */
    Managed managed();

    /** One PostgreSQL inside this process's care, for development. */
    Embedded embedded();
  }

  /** The providers that need no more than a setting. */
  enum Provider {
    /** A StatefulSet per environment. */
    MANAGED,
    /** One server beside the operator, a database per environment. */
    EMBEDDED
  }

  /** A StatefulSet per environment. */
  interface Managed {

    /** The image: the official one or one that takes the same variables. */
    @WithDefault("docker.io/library/postgres:18")
    String image();

    /** The user and group that the image runs PostgreSQL as. */
    @WithDefault("999")
    long runAsUser();

    /** Size of the volume where an environment says nothing. */
    @WithDefault("1Gi")
    String storage();

    /** How the operator reaches the database. */
    @WithDefault("dns")
    Address address();

    /** The ways to a Service. */
    enum Address {
      /** By the Service's name: right inside the cluster. */
      DNS,
      /** By the Service's cluster IP: also right on a node, outside every pod. */
      CLUSTER_IP
    }
  }

  /** One server beside the operator. */
  interface Embedded {

    /** Everything of the server is under this folder; it survives restarts of the operator. */
    @WithDefault("${user.home}/.cache/iasql/embedded-postgres")
    Path folder();
  }

  /** Calls to AWS. */
  interface Aws {

    /** How often a connection that works is checked with STS again. */
    @WithDefault("10m")
    Duration verifyInterval();

    /** How many connections are checked at once. */
    @WithDefault("8")
    int verifyParallelism();

    /**
     * How long the clients of a connection whose settings changed live on, for work that began with
     * them.
     */
    @WithDefault("1h")
    Duration retireAfter();
  }
}
