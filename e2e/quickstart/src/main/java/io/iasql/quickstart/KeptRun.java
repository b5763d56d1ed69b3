package io.iasql.quickstart;

import io.iasql.peers.CacheFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;

/** Remembers what was left running, in a file of the cache folder. */
final class KeptRun {
  /** The system property that names the file, so that tests leave the user's alone. */
  static final String FILE_PROPERTY = "iasql.quickstart.running";

  private final Path file;

  /**
   * What the file holds.
   *
   * @param started when the process started: another process may have got its id since
   */
  private record Entry(Running running, long started) {}

  KeptRun(Path file) {
    this.file = file;
  }

  /** The file of this user, or the one that the system property names. */
  static KeptRun ofUser() {
    String named = System.getProperty(FILE_PROPERTY, "");
    return new KeptRun(
        named.isBlank()
            ? CacheFolder.ofUser().folder("quickstart").resolve("running.json")
            : Path.of(named));
  }

  /** What still runs. */
  Optional<Running> find() {
    try {
      Entry entry = Json.read(Files.readString(file), Entry.class);
      return process(entry).map(process -> entry.running());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  void remember(Running running) {
    long started = ProcessHandle.of(running.pid()).map(KeptRun::started).orElse(0L);
    try {
      Path written = Files.createTempFile(file.getParent(), "running", "");
      Files.writeString(written, Json.write(new Entry(running, started)));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /** Ends what runs and returns whether anything did. */
  boolean stop() {
    Optional<Running> running = find();
    running
        .flatMap(found -> ProcessHandle.of(found.pid()))
        .ifPresent(
            process -> {
              process.destroy();
              process.onExit().join();
            });
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + file, e);
    }
    return running.isPresent();
  }

  private static Optional<ProcessHandle> process(Entry entry) {
    return ProcessHandle.of(entry.running().pid())
        .filter(ProcessHandle::isAlive)
        .filter(process -> started(process) == entry.started());
  }

  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
