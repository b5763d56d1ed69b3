package io.iasql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iasql.crds.Environment;
import io.iasql.peers.CacheFolder;
import io.iasql.peers.OperatorPeer;
import io.iasql.peers.RunFolder;
import io.iasql.quickstart.Arguments.InvalidException;
import io.iasql.quickstart.Running.Request;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** What {@code ./quickstart} runs once everything is built. */
final class Quickstart {
  private static final String NO_ACCOUNT = "000000000000";
  private static final Path SAMPLE = Path.of("e2e/samples/quickstart");

  private final Arguments arguments;
  private final Path root;
  private final String build;
  private final Console console;
  private final KeptRun kept = KeptRun.ofUser();
  private final long start = System.nanoTime();

  private Quickstart(Arguments arguments, Path root, String build, Console console) {
    this.arguments = arguments;
    this.root = root;
    this.build = build;
    this.console = console;
  }

  public static void main(String[] words) {
    // Of libraries; what matters comes as an exception.
    Logger.getLogger("").setLevel(Level.OFF);
    boolean terminal = Boolean.getBoolean("iasql.terminal");
    Console console = Console.ofTerminal(terminal);
    int code;
    try {
      Arguments arguments = Arguments.parse(List.of(words), terminal);
      Path root = Path.of(System.getProperty("iasql.root")).toAbsolutePath();
      String build = System.getProperty("iasql.build", "");
      code = new Quickstart(arguments, root, build, console).run();
    } catch (InvalidException e) {
      System.err.println(e.getMessage() + " ./quickstart --help explains.");
      code = 2;
    } catch (QuickstartException e) {
      System.err.println(e.getMessage());
      code = 1;
    }
    System.exit(code);
  }

  private int run() {
    switch (arguments.action()) {
      case HELP -> console.print(Arguments.USAGE);
      case STOP ->
          console.print(kept.stop() ? "Everything is stopped.\n" : "Nothing was left running.\n");
      case RUN -> {
        return runManifests() ? 0 : 1;
      }
    }
    return 0;
  }

  private boolean runManifests() {
    Manifests manifests = Manifests.read(arguments.manifests().orElseGet(this::sample));
    Request request = request(manifests);
    Optional<Running> found = arguments.keep() ? reusable(request) : Optional.empty();
    if (found.isPresent()) {
      console.heading("Using what an earlier run left running");
      boolean good = tour(manifests, found.get());
      sayHowToGoOn(found.get());
      return good;
    }
    console.heading("Starting");
    try (KeeperProcess keeper = KeeperProcess.launch(request, console)) {
      Running running = keeper.await();
      console.say(
          "All is ready after %d s."
              .formatted(Duration.ofNanos(System.nanoTime() - start).toSeconds()));
      boolean good = tour(manifests, running);
      if (arguments.keep()) {
        kept.stop();
        kept.remember(running);
        keeper.leave();
        sayHowToGoOn(running);
      }
      return good;
    }
  }

  /** Shown as a path that works from where the reader is, where that is the checkout. */
  private Path sample() {
    Path folder = arguments.sample().map(SAMPLE::resolveSibling).orElse(SAMPLE);
    return root.equals(Path.of("").toAbsolutePath()) ? folder : root.resolve(folder);
  }

  private Request request(Manifests manifests) {
    String account =
        manifests
            .documents()
            .filter(document -> document.isOurs("AwsConnection"))
            .filter(document -> document.object().at("/spec/credentials").isMissingNode())
            .map(document -> document.object().at("/spec/accountId"))
            .filter(JsonNode::isTextual)
            .map(JsonNode::asText)
            .findFirst()
            .orElse(NO_ACCOUNT);
    return new Request(
        build,
        Optional.ofNullable(System.getProperty(OperatorPeer.JAR_PROPERTY))
            .map(Path::of)
            .orElseGet(() -> root.resolve("operator/app/target/quarkus-app/quarkus-run.jar")),
        root.resolve("crds/kubernetes"),
        arguments.kubeconfig().map(Path::toAbsolutePath).orElse(null),
        arguments.awsEndpoint().orElse(null),
        account);
  }

  /** What was left running, if it serves; what does not serve is stopped. */
  private Optional<Running> reusable(Request request) {
    Optional<Running> found = kept.find();
    if (found.isEmpty()) {
      return found;
    }
    // The first tour begins with nothing in the account.
    boolean named = arguments.manifests().isPresent() || arguments.sample().isPresent();
    if (named && request.isServedBy(found.get().request())) {
      return found;
    }
    console.heading("Stopping what an earlier run left running");
    kept.stop();
    return Optional.empty();
  }

  private boolean tour(Manifests manifests, Running running) {
    CacheFolder cache = CacheFolder.ofUser();
    Commands kubectl =
        new Commands(running.kubectl(), running.kubeconfig(), cache.folder("kubectl"), console);
    try (RunFolder folder = RunFolder.create(cache, "manifests");
        KubernetesClient client = client(running)) {
      return new Tour(
              manifests,
              client,
              kubectl,
              running.awsEndpoint(),
              folder.path(),
              running.request().account(),
              arguments.ask(),
              console)
          .run();
    } catch (QuickstartException e) {
      console.say("");
      console.say(e.getMessage());
      return false;
    }
  }

  private static KubernetesClient client(Running running) {
    try {
      Config config = Config.fromKubeconfig(Files.readString(running.kubeconfig()));
      return new KubernetesClientBuilder().withConfig(config).build();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + running.kubeconfig(), e);
    }
  }

  private static boolean isOnPath(Path program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Path.of(folder).equals(program.getParent()));
  }

  private void sayHowToGoOn(Running running) {
    console.heading("All keeps running. To go on");
    console.command("export KUBECONFIG=" + Commands.quoted(running.kubeconfig().toString()));
    if (!isOnPath(running.kubectl())) {
      console.command("alias kubectl=" + Commands.quoted(running.kubectl().toString()));
    }
    console.command("kubectl get awsconnections,environments,sqltransactions,replications -A");
    try (KubernetesClient client = client(running)) {
      client.resources(Environment.class).inAnyNamespace().list().getItems().stream()
          .filter(e -> e.getStatus() != null && e.getStatus().database() != null)
          .map(
              e ->
                  "psql \"$(kubectl get secret -n %s %s -o go-template='{{.data.uri | base64decode}}')\""
                      .formatted(
                          e.getMetadata().getNamespace(), e.getStatus().database().secretName()))
          .forEach(console::command);
    }
    console.command("tail -f " + Commands.quoted(running.operatorLog().toString()));
    console.command("./quickstart -f your-manifests/");
    console.command("./quickstart --stop");
  }
}
