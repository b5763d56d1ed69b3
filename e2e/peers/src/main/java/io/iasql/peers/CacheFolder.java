package io.iasql.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The user's cache folder for what peers build or install once: {@code ~/.cache/iasql}. */
public final class CacheFolder {
  private static final Object IN_THIS_JVM = new Object();

  private final Path root;

  CacheFolder(Path root) {
    this.root = root;
  }

  /** The folder under {@code XDG_CACHE_HOME} or the home folder. */
  public static CacheFolder ofUser() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || !Path.of(xdg).isAbsolute()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return new CacheFolder(base.resolve("iasql"));
  }

  /** A folder of this name, made if absent. */
  public Path folder(String name) {
    try {
      return Files.createDirectories(root.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to the cache folder " + root, e);
    }
  }

  /** Fills a folder. */
  @FunctionalInterface
  interface Maker {
    void make(Path folder) throws IOException;
  }

  /**
   * The folder {@code name}, made by {@code maker} if no process has made it yet. It appears whole
   * or not at all; of several processes one makes it and the others wait.
   */
  Path once(String name, Narrator narrator, Maker maker) {
    Path made = root.resolve(name);
    if (Files.isDirectory(made)) {
      return made;
    }
    synchronized (IN_THIS_JVM) {
      try (FileChannel channel = openLock(name);
          FileLock lock = lock(channel, name, narrator)) {
        if (!Files.isDirectory(made)) {
          Path unfinished = root.resolve(name + ".unfinished");
          delete(unfinished);
          Files.createDirectories(unfinished);
          maker.make(unfinished);
          Files.move(unfinished, made, StandardCopyOption.ATOMIC_MOVE);
        }
        return made;
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot prepare " + made, e);
      }
    }
  }

  private FileChannel openLock(String name) throws IOException {
    return FileChannel.open(
        folder("locks").resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static FileLock lock(FileChannel channel, String name, Narrator narrator)
      throws IOException {
    FileLock free = channel.tryLock();
    if (free != null) {
      return free;
    }
    narrator.say("Another process is preparing " + name + ": waiting for it");
    return channel.lock();
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> inside;
    try (Stream<Path> walk = Files.walk(folder)) {
      inside = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : inside) {
      Files.deleteIfExists(path);
    }
  }

  /** Twelve hex digits that change with any of the ingredients. */
  static String key(String... ingredients) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (String ingredient : ingredients) {
      digest.update(ingredient.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 6);
  }

  /** A text file beside the classes of this package. */
  static String resource(String name) {
    try (InputStream in = CacheFolder.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
