package io.iasql.peers;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** An emulator from its Python packages, installed once into a virtual environment. */
record PythonEmulator(AwsEmulator emulator, CacheFolder cache, Narrator narrator)
    implements Provider<AwsPeer> {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int TRIES = 3;
  private static final String HOST = "127.0.0.1";

  @Override
  public String name() {
    return emulator.title + " " + emulator.pythonVersion + " in a Python environment";
  }

  @Override
  public Optional<String> missing() {
    return Python.find().isPresent()
        ? Optional.empty()
        : Optional.of("install " + Python.WANTED + " with its venv module");
  }

  @Override
  public AwsPeer start() {
    Python python = Python.find().orElseThrow(() -> new PeerException(missing().orElse("")));
    Path environment = python.environment(cache, emulator, narrator);
    for (int tries = 1; ; tries++) {
      RunFolder folder = RunFolder.createInMemory(cache, emulator.title.toLowerCase(Locale.ROOT));
      try {
        return startOn(Ports.free(cache), environment, folder);
      } catch (PeerException e) {
        folder.close();
        if (tries == TRIES || !Readiness.portTaken(e)) {
          throw e;
        }
      }
    }
  }

  private AwsPeer startOn(int port, Path environment, RunFolder folder) {
    SupervisedProcess process =
        SupervisedProcess.start(
            emulator.title,
            command(environment.resolve("bin/python").toString(), port),
            folder.path(),
            folder.path().resolve("emulator.log"),
            settings(folder, HOST + ":" + port));
    URI endpoint = URI.create("http://" + HOST + ":" + port);
    EmulatorHttp http = new EmulatorHttp(endpoint);
    try {
      Readiness.await(process, LIMIT, () -> http.answers(emulator.healthPath));
    } catch (PeerException e) {
      process.close();
      throw e;
    }
    return AtExit.closing(
        new AwsPeer(
            emulator,
            name(),
            endpoint,
            () -> {
              process.close();
              folder.close();
            }));
  }

  private List<String> command(String python, int port) {
    return switch (emulator) {
      case LOCALSTACK -> List.of(python, "-c", CacheFolder.resource("localstack.py"));
      case MOTO -> List.of(python, "-m", "moto.server", "-H", HOST, "-p", Integer.toString(port));
    };
  }

  private static Consumer<Map<String, String>> settings(RunFolder folder, String gateway) {
    return environment -> {
      Python.isolate(environment);
      environment.putAll(
          Map.of(
              "OVERRIDE_IN_DOCKER", "0",
              "DNS_ADDRESS", "0",
              "SKIP_SSL_CERT_DOWNLOAD", "1",
              "DISABLE_EVENTS", "1",
              "GATEWAY_LISTEN", gateway,
              "LOCALSTACK_VOLUME_DIR", folder.make("volume").toString(),
              "HOME", folder.make("home").toString(),
              "TMPDIR", folder.make("tmp").toString(),
              "PYTHONUNBUFFERED", "1"));
      environment.put("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
      // Read for each account and region that is looked at, and no table shows them.
      environment.put("MOTO_EC2_LOAD_DEFAULT_AMIS", "false");
    };
  }
}
