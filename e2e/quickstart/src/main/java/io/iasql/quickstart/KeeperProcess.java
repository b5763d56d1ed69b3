package io.iasql.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.iasql.peers.OperatorPeer;
import io.iasql.quickstart.Running.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link Keeper} seen from the process that started it. */
final class KeeperProcess implements AutoCloseable {
  /** A Ctrl-C is for this process, which has the keeper end in an orderly way. */
  private static final String UNDISTURBED = "trap '' INT HUP; exec \"$@\"";

  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final Console console;
  private final Thread atExit = new Thread(this::interrupted, "end-keeper");
  private final StringBuilder errors = new StringBuilder();
  private boolean left;

  private KeeperProcess(Process process, Console console) {
    this.process = process;
    this.console = console;
  }

  static KeeperProcess launch(Request request, Console console) {
    List<String> command =
        List.of(
            "sh",
            "-c",
            UNDISTURBED,
            "keeper",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-D" + OperatorPeer.JAR_PROPERTY + "=" + request.operatorJar(),
            "-cp",
            System.getProperty("java.class.path"),
            Keeper.class.getName());
    try {
      KeeperProcess keeper = new KeeperProcess(new ProcessBuilder(command).start(), console);
      Runtime.getRuntime().addShutdownHook(keeper.atExit);
      keeper.collectErrors();
      keeper.write(Json.write(request));
      return keeper;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start Java", e);
    }
  }

  /**
   * Passes on what the keeper says, and returns when all runs.
   *
   * @throws QuickstartException when it does not, with the remedy
   */
  Running await() {
    try (BufferedReader messages = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = messages.readLine(); line != null; line = messages.readLine()) {
        Message message = Json.read(line, Message.class);
        if (message.ready() != null) {
          return message.ready();
        }
        if (message.failed() != null) {
          throw new QuickstartException(message.failed());
        }
        console.say(message.said());
      }
    } catch (JsonProcessingException e) {
      throw new QuickstartException("The keeper of the peers speaks in tongues", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end();
    synchronized (errors) {
      throw new QuickstartException("The keeper of the peers has ended: " + errors);
    }
  }

  /** Leaves all running. */
  void leave() {
    try {
      write(Keeper.STAY);
    } catch (IOException e) {
      throw new QuickstartException("The keeper of the peers has ended", e);
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
    left = true;
  }

  /** Stops all, unless it was left running, and returns when it has stopped. */
  @Override
  public void close() {
    if (left) {
      return;
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
    console.heading("Stopping");
    end();
  }

  private void interrupted() {
    console.heading("Stopping; takes a few seconds");
    end();
  }

  private void end() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has gone already.
    }
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  private void write(String line) throws IOException {
    Writer writer = process.outputWriter(StandardCharsets.UTF_8);
    writer.write(line + "\n");
    writer.flush();
  }

  private void collectErrors() {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  synchronized (errors) {
                    errors.append(line).append('\n');
                  }
                }
              } catch (IOException e) {
                // Closed with the process.
              }
            },
            "keeper-errors");
    reader.setDaemon(true);
    reader.start();
  }
}
