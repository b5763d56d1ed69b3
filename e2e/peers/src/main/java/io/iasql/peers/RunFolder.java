package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one running peer writes: data, certificates, logs. Deleted when the peer ends; if its JVM
 * was killed, by the next one that makes such a folder, which sees that nobody holds its lock.
 */
public final class RunFolder implements AutoCloseable {
  private static final String LOCK = "lock";

  /** A file system of Linux whose files are in memory (Linux manual, shm_overview). */
  private static final Path MEMORY = Path.of("/dev/shm");

  /** What peers write there and what they need besides fit well into this. */
  private static final long PLENTY = 12L << 30;

  /** In the name of every folder of this JVM: closing a second channel would release its lock. */
  private static final String OWN = "-" + ProcessHandle.current().pid() + "-";

  private static final FileAttribute<Set<PosixFilePermission>> OWNERS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;
  private final FileChannel channel;

  private RunFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** A new folder whose name begins with {@code name}; it is this JVM's until closed. */
  public static RunFolder create(CacheFolder cache, String name) {
    return create(cache.folder("run"), name);
  }

  /**
   * The same for a peer that may lose what it has when the machine ends: in memory, where there is
   * plenty of it: 12 GiB to spare, half of which may be in files. Databases are folders of hundreds
   * of small files; to make and delete one takes a disk's file system as long as a whole test takes
   * PostgreSQL.
   */
  public static RunFolder createInMemory(CacheFolder cache, String name) {
    return create(memory().orElseGet(() -> cache.folder("run")), name);
  }

  private static Optional<Path> memory() {
    try {
      boolean plenty =
          Files.isDirectory(MEMORY)
              && Files.getFileStore(MEMORY).type().equals("tmpfs")
              && Files.getFileStore(MEMORY).getUsableSpace() > PLENTY / 2
              && available() > PLENTY;
      return plenty
          ? own(MEMORY.resolve("iasql-" + System.getProperty("user.name")))
          : Optional.empty();
    } catch (IOException e) {
      // A system that says nothing of its memory has disks all the same.
      return Optional.empty();
    }
  }

  /** What the machine can give without taking it from anybody (Linux manual, proc_meminfo). */
  private static long available() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }

  /** The folder, unless somebody else has made it: all users write there. */
  private static Optional<Path> own(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, OWNERS);
    } catch (FileAlreadyExistsException e) {
      // By an earlier run, or by somebody else.
    }
    boolean isOurs =
        Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS)
            .equals(Files.getOwner(Path.of(System.getProperty("user.home"))));
    return isOurs ? Optional.of(folder) : Optional.empty();
  }

  private static RunFolder create(Path runs, String name) {
    try {
      deleteAbandoned(runs);
      Path path = Files.createTempDirectory(runs, name + OWN, OWNERS);
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
