package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The operator's classes as a JVM has read and checked them (class data sharing), beside the folder
 * of its jar: each start with it takes half the processor's time of one without. The operator's
 * image is made the same way.
 */
final class ClassArchive {
  private static final long LIMIT_SECONDS = 180;

  /** A start that finds no API server loads nearly all classes that a real one does, and ends. */
  private static final Map<String, String> NO_CLUSTER =
      Map.of(
          "KUBERNETES_MASTER", "http://127.0.0.1:1",
          "KUBERNETES_REQUEST_RETRY_BACKOFFLIMIT", "0");

  private ClassArchive() {}

  /**
   * The archive of a jar, made if there is none or the jar is newer. A JVM that cannot use it, as
   * another than made it, goes without.
   */
  static Path of(Path jar, String java, List<String> jvm, Consumer<Map<String, String>> settings) {
    Path folder = jar.getParent();
    Path archive = folder.resolveSibling(folder.getFileName() + ".jsa");
    Path lock = folder.resolveSibling(folder.getFileName() + ".jsa.lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (!isFresh(archive, jar)) {
        make(archive, jar, java, jvm, settings);
      }
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make the archive of the operator's classes", e);
    }
  }

  private static boolean isFresh(Path archive, Path jar) throws IOException {
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) >= 0;
  }

  private static void make(
      Path archive, Path jar, String java, List<String> jvm, Consumer<Map<String, String>> settings)
      throws IOException {
    Files.deleteIfExists(archive);
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(jvm);
    command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-jar", jar.toString()));
    Path log = archive.resolveSibling(archive.getFileName() + ".log");
    Files.deleteIfExists(log);
    Consumer<Map<String, String>> environment =
        variables -> {
          settings.accept(variables);
          variables.remove("KUBECONFIG");
          variables.putAll(NO_CLUSTER);
        };
    try (SupervisedProcess process =
        SupervisedProcess.start("class archive", command, archive.getParent(), log, environment)) {
      process.awaitEnd(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new PeerException("The operator found no API server and did not end", e);
    }
    if (!Files.exists(archive)) {
      throw new PeerException(
          "No archive of the operator's classes: " + SupervisedProcess.tail(log));
    }
  }
}
