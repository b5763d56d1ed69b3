package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Git repository on this machine, with branch {@code main}, cloned by its {@code file:} address.
 * The user's settings of Git are not looked at. It is gone when it is closed.
 */
public final class GitRepository implements AutoCloseable {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "GIT_CONFIG_GLOBAL", "/dev/null",
          "GIT_CONFIG_NOSYSTEM", "1",
          "GIT_AUTHOR_NAME", "Developer",
          "GIT_AUTHOR_EMAIL", "developer@example.com",
          "GIT_COMMITTER_NAME", "Developer",
          "GIT_COMMITTER_EMAIL", "developer@example.com");

  private final RunFolder folder;
  private final Path files;

  private GitRepository(RunFolder folder) {
    this.folder = folder;
    this.files = folder.make("repository");
  }

  /** What is missing for it on this machine, with the remedy. */
  public static Optional<String> missing() {
    return Executables.onPath("git").isPresent() ? Optional.empty() : Optional.of("install Git");
  }

  /** A repository without a commit. */
  public static GitRepository create() {
    GitRepository repository =
        AtExit.closing(new GitRepository(RunFolder.create(CacheFolder.ofUser(), "git")));
    repository.git("init", "--quiet", "--initial-branch=main");
    return repository;
  }

  /** What it is cloned by. */
  public URI url() {
    return URI.create("file://" + files);
  }

  /**
   * Writes a file, not yet committed.
   *
   * @param path inside the repository
   */
  public void write(String path, String text) {
    Path file = files.resolve(path);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /**
   * Commits what has been written.
   *
   * @return the commit's full id
   */
  public String commit(String message) {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  }

  private String git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", files.toString()));
    command.addAll(Arrays.asList(arguments));
    return Executables.run("git " + arguments[0], command, ENVIRONMENT);
  }

  @Override
  public void close() {
    AtExit.forget(this);
    folder.close();
  }
}
