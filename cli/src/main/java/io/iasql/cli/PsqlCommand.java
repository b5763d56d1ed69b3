package io.iasql.cli;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentStatus.Database;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** Opens psql to an environment's database. */
@Command(
    name = "psql",
    description = {
      "Opens psql to the database of an Environment.",
      "Where the database is in the cluster, that goes through the API server. Login and password come",
      "from a Secret and never stand on a command line. What follows -- goes to psql:",
      "  kubectl iasql psql staging -- -c 'SELECT * FROM bucket'"
    },
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = KubectlIasql.FAILED)
final class PsqlCommand implements Callable<Integer> {
  private static final String MANAGED = "managed";
  private static final int POSTGRESQL = 5432;

  @Mixin private ClusterOptions clusterOptions;
  @Spec private CommandSpec spec;

  @Option(
      names = "--login",
      paramLabel = "USER",
      description =
          "A user of spec.database.users, whose Secret you can read. Default: psql, the environment's"
              + " own login.")
  private String login;

  @Parameters(index = "0", paramLabel = "ENVIRONMENT", description = "The Environment.")
  private String name;

  @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of psql, after --.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Cluster cluster = clusterOptions.open()) {
      Environment environment = cluster.environment(name);
      Login found =
          Login.of(
              cluster.secret(
                  login == null ? database(environment).secretName() : name + "-" + login));
      if (!MANAGED.equals(database(environment).provider())) {
        return run(found, found.connection());
      }
      // On loopback, by a port that nobody else has: as kubectl port-forward does it.
      try (LocalPortForward forward =
          cluster
              .client()
              .services()
              .inNamespace(cluster.namespace())
              .withName("iasql-" + name)
              .portForward(POSTGRESQL, InetAddress.getLoopbackAddress(), 0)) {
        return run(found, found.connectionThrough(forward.getLocalPort()));
      }
    }
  }

  private static Database database(Environment environment) {
    return Optional.ofNullable(environment.getStatus())
        .map(status -> status.database())
        .filter(database -> database.secretName() != null)
        .orElseThrow(
            () ->
                new PluginException(
                    "Environment %s has no database yet: `kubectl describe environment %s` says why."
                        .formatted(
                            environment.getMetadata().getName(),
                            environment.getMetadata().getName())));
  }

  private int run(Login found, Map<String, String> connection)
      throws IOException, InterruptedException {
    // Ctrl-C at the prompt is psql's, which withdraws a statement by it.
    Signal.handle(new Signal("INT"), signal -> {});
    List<String> command = new ArrayList<>(List.of("psql"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
    builder.environment().putAll(connection);
    try (Certificates certificates = Certificates.of(found.certificates())) {
      certificates
          .file()
          .ifPresent(file -> builder.environment().put("PGSSLROOTCERT", file.toString()));
      return start(builder).waitFor();
    }
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new PluginException(
          "psql cannot be run: install PostgreSQL's client and put it on the PATH. "
              + e.getMessage(),
          e);
    }
  }

  /** A login's Secret, as type servicebinding.io/postgresql has it. */
  private record Login(String secret, Map<String, String> entries) {

    static Login of(Secret secret) {
      return new Login(
          secret.getMetadata().getName(), Objects.requireNonNullElse(secret.getData(), Map.of()));
    }

    Map<String, String> connection() {
      Map<String, String> variables =
          new HashMap<>(
              Map.of(
                  "PGHOST", needed("host"),
                  "PGPORT", entry("port").orElse(Integer.toString(POSTGRESQL)),
                  "PGDATABASE", needed("database"),
                  "PGUSER", needed("username"),
                  "PGPASSWORD", needed("password"),
                  "PGAPPNAME", "kubectl-iasql"));
      entry("sslmode").ifPresent(mode -> variables.put("PGSSLMODE", mode));
      return variables;
    }

    /** The name stays the database's own, by which its certificate is checked. */
    Map<String, String> connectionThrough(int port) {
      Map<String, String> variables = connection();
      variables.put("PGHOSTADDR", InetAddress.getLoopbackAddress().getHostAddress());
      variables.put("PGPORT", Integer.toString(port));
      return variables;
    }

    Optional<String> certificates() {
      return entry("ca.crt");
    }

    private String needed(String key) {
      return entry(key)
          .orElseThrow(() -> new PluginException("Secret %s has no %s.".formatted(secret, key)));
    }

    private Optional<String> entry(String key) {
      return Optional.ofNullable(entries.get(key))
          .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
          .filter(value -> !value.isBlank());
    }
  }

  /** The authority of the database's certificate, in a file for as long as psql runs. */
  private record Certificates(Optional<Path> file) implements AutoCloseable {

    static Certificates of(Optional<String> text) throws IOException {
      if (text.isEmpty()) {
        return new Certificates(Optional.empty());
      }
      Path file = Files.createTempFile("iasql-ca", ".crt");
      Files.writeString(file, text.get());
      return new Certificates(Optional.of(file));
    }

    @Override
    public void close() throws IOException {
      if (file.isPresent()) {
        Files.deleteIfExists(file.get());
      }
    }
  }
}
