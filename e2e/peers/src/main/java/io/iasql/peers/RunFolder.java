package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one running peer writes: data, certificates, logs. Deleted when the peer ends; if its JVM
 * was killed, by the next one that makes such a folder, which sees that nobody holds its lock.
 */
public final class RunFolder implements AutoCloseable {
  private static final String LOCK = "lock";

  /** In the name of every folder of this JVM: closing a second channel would release its lock. */
  private static final String OWN = "-" + ProcessHandle.current().pid() + "-";

  private final Path path;
  private final FileChannel channel;

  private RunFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** A new folder whose name begins with {@code name}; it is this JVM's until closed. */
  public static RunFolder create(CacheFolder cache, String name) {
    Path runs = cache.folder("run");
    try {
      deleteAbandoned(runs);
      Path path =
          Files.createTempDirectory(
              runs,
              name + OWN,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel.lock();
      return new RunFolder(path, channel);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + runs, e);
    }
  }

  public Path path() {
    return path;
  }

  /** A folder of this name inside. */
  public Path make(String name) {
    try {
      return Files.createDirectories(path.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      CacheFolder.delete(path);
    } catch (DirectoryNotEmptyException e) {
      // Something still writes its last line there: the next run deletes it.
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + path, e);
    }
  }

  private static void deleteAbandoned(Path runs) throws IOException {
    List<Path> folders;
    try (Stream<Path> list = Files.list(runs)) {
      folders =
          list.filter(folder -> !folder.getFileName().toString().contains(OWN))
              .filter(folder -> Files.exists(folder.resolve(LOCK)))
              .toList();
    }
    for (Path folder : folders) {
      try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          CacheFolder.delete(folder);
        }
      } catch (NoSuchFileException | DirectoryNotEmptyException e) {
        // Being deleted by another JVM.
      }
    }
  }
}
