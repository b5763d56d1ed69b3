package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * A real Kubernetes cluster of one node that runs pods: a control plane with controllers and
 * scheduler, containerd, kubelet, kube-proxy and cluster DNS. It lives in namespaces of its own, so
 * that nothing of it is on this machine's network but one virtual interface, and nothing is left
 * when it ends, however it does.
 *
 * <p>Pods reach this machine by {@link #hostAddress}, each other, and nothing else.
 * PersistentVolumes are there for the first {@value #VOLUMES} claims that name no class.
 */
public final class NodePeer implements AutoCloseable {
  /** PostgreSQL as {@code database.managed} takes it, built by {@link #buildPostgresImage}. */
  public static final String POSTGRES_IMAGE = "localhost/iasql-postgresql:15";

  /** Debian with a Java, a PostgreSQL and wget: what images of a node are built from. */
  public static final String BASE_IMAGE = LocalNode.PAUSE;

  static final int VOLUMES = 20;

  private final CacheFolder cache;
  private final DebianBase.Made base;
  private final LocalNode node;
  private final KubernetesPeer kubernetes;

  private NodePeer(
      CacheFolder cache, DebianBase.Made base, LocalNode node, KubernetesPeer kubernetes) {
    this.cache = cache;
    this.base = base;
    this.node = node;
    this.kubernetes = kubernetes;
  }

  /**
   * Why this machine cannot have a node, with the remedy; empty when it can. What is of Debian is
   * fetched first, once.
   */
  public static Optional<String> missing() {
    Optional<String> requirement = NodeRequirements.missing();
    if (requirement.isPresent()) {
      return requirement;
    }
    try {
      base(CacheFolder.ofUser(), Narrator.toStandardError());
      return Optional.empty();
    } catch (PeerException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static DebianBase.Made base(CacheFolder cache, Narrator narrator) {
    return new DebianBase(cache, narrator, NodePrograms.find(cache, narrator)).make();
  }

  /**
   * Starts a node and returns when it takes pods. What a new machine lacks is built first.
   *
   * @throws PeerException when this machine cannot have one, with the remedy
   */
  public static NodePeer start(Narrator narrator) {
    missing()
        .ifPresent(
            reason -> {
              throw new PeerException("No node can be had: " + reason + ".");
            });
    CacheFolder cache = CacheFolder.ofUser();
    Kubectl kubectl = new Kubectl(new GoModule(GoModule.Source.KUBERNETES, cache, narrator), cache);
    NodePrograms system = NodePrograms.find(cache, narrator);
    LocalNode.Programs programs = LocalNode.Programs.build(cache, narrator);
    DebianBase.Made base = base(cache, narrator);
    narrator.say("Node: Kubernetes " + GoModule.KUBERNETES_VERSION + " with containerd, starting");
    LocalNode node = new LocalNode(programs, system, cache, kubectl);
    NodePeer peer =
        new NodePeer(
            cache, base, node, new KubernetesPeer("a node of this machine", node, kubectl));
    AtExit.closing(peer);
    try {
      node.start(base.archive());
      return peer;
    } catch (PeerException e) {
      peer.close();
      throw e;
    }
  }

  /** Its API server; not to be closed by itself. */
  public KubernetesPeer kubernetes() {
    return kubernetes;
  }

  /** The address of this machine that pods can reach; whatever listens there, no other can. */
  public String hostAddress() {
    return node.hostAddress();
  }

  /**
   * Builds an image as its Dockerfile says, from a base of Debian with a Java and a PostgreSQL, and
   * gives it to the node.
   *
   * @param context the folder with the Dockerfile and what it copies
   * @param name the name that pods say, such as {@code localhost/iasql-operator:0.1.0}
   */
  public void buildImage(Path context, String name) {
    try (RunFolder folder = RunFolder.create(cache, "image")) {
      Dockerfile dockerfile = new Dockerfile(context, base.root());
      Path layer = folder.path().resolve("layer.tar");
      dockerfile.buildLayer(folder, layer);
      Path archive = folder.path().resolve("image.tar");
      ImageArchive.write(
          folder.path(), archive, name, List.of(base.layer()), layer, dockerfile.config());
      node.load(archive);
    }
  }

  /** Builds {@link #POSTGRES_IMAGE}. */
  public void buildPostgresImage() {
    try (RunFolder folder = RunFolder.create(cache, "context")) {
      for (String file : List.of("Dockerfile", "entrypoint.sh")) {
        Path written =
            Files.writeString(
                folder.path().resolve(file), CacheFolder.resource("postgresql/" + file));
        Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      buildImage(folder.path(), POSTGRES_IMAGE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the Dockerfile of PostgreSQL", e);
    }
  }

  /** Kills all processes of a pod's only container at once; kubelet starts it anew. */
  public void killContainer(String namespace, String pod) {
    String id =
        kubernetes.kubectl(
            "get",
            "pod",
            pod,
            "-n",
            namespace,
            "-o",
            "jsonpath={.status.containerStatuses[0].containerID}");
    node.killContainer(id.replace("containerd://", ""));
  }

  /**
   * Restarts the node, control plane and pods included, as after a power cut: nothing is told, and
   * what was on its disk is there again. Returns when it takes pods, which is before those that it
   * had run again.
   */
  public void restart() {
    node.restart();
  }

  /** Stops the node and all that runs on it. */
  @Override
  public void close() {
    AtExit.forget(this);
    node.close();
  }

  @Override
  public String toString() {
    return "node";
  }
}
