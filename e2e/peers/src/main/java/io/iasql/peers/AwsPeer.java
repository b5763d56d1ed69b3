package io.iasql.peers;

import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An AWS emulator. Tests take the one of their JVM by {@link #shared} and an account of their own
 * by {@link #newAccount}; whoever wants one alone starts it by {@link #start} and closes it.
 *
 * <p>Ambient AWS credentials and profiles are never used, neither by the emulator nor by what this
 * class hands out.
 */
public final class AwsPeer implements AutoCloseable {
  private static final Map<AwsEmulator, AwsPeer> SHARED = new EnumMap<>(AwsEmulator.class);

  /** How an emulator is found or started. */
  public record Options(AwsEmulator emulator, Optional<URI> endpoint, Narrator narrator) {

    /** The endpoint that the emulator's system property names, if any; speaks to standard error. */
    public static Options of(AwsEmulator emulator) {
      return new Options(
          emulator,
          Optional.ofNullable(System.getProperty(emulator.endpointProperty()))
              .filter(endpoint -> !endpoint.isBlank())
              .map(URI::create),
          Narrator.toStandardError());
    }

    public Options withEndpoint(URI named) {
      return new Options(emulator, Optional.of(named), narrator);
    }

    public Options withNarrator(Narrator listening) {
      return new Options(emulator, endpoint, listening);
    }
  }

  /** An account that nobody else uses, with keys that its emulator takes for it. */
  public record Account(
      String id, String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {}

  private final AwsEmulator emulator;
  private final String provider;
  private final EmulatorHttp http;
  private final Runnable running;

  AwsPeer(AwsEmulator emulator, String provider, URI endpoint, Runnable running) {
    this.emulator = emulator;
    this.provider = provider;
    this.http = new EmulatorHttp(endpoint);
    this.running = running;
  }

  /** The JVM's LocalStack. */
  public static AwsPeer shared() {
    return shared(AwsEmulator.LOCALSTACK);
  }

  /**
   * The JVM's emulator of this kind: started when first asked for, stopped when the JVM ends.
   * Nobody needs to close it.
   */
  public static AwsPeer shared(AwsEmulator emulator) {
    synchronized (SHARED) {
      return SHARED.computeIfAbsent(emulator, wanted -> start(Options.of(wanted)));
    }
  }

  /**
   * Starts an emulator, or takes the named one.
   *
   * @throws PeerException when none can be had, with the remedy
   */
  public static AwsPeer start(Options options) {
    return Provider.first(
        "AWS emulator",
        providers(options, CacheFolder.ofUser(), DockerEngine.ofThisMachine()),
        options.narrator());
  }

  static List<Provider<AwsPeer>> providers(
      Options options, CacheFolder cache, DockerEngine docker) {
    return options
        .endpoint()
        .<List<Provider<AwsPeer>>>map(
            endpoint -> List.of(new NamedAwsEndpoint(options.emulator(), endpoint)))
        .orElseGet(
            () ->
                List.of(
                    new DockerEmulator(options.emulator(), docker),
                    new PythonEmulator(options.emulator(), cache, options.narrator())));
  }

  public AwsEmulator emulator() {
    return emulator;
  }

  /** What it is and how it was had: {@code "LocalStack 4.13.1 in a Python environment"}. */
  public String provider() {
    return provider;
  }

  /** To be given to every client as its endpoint. */
  public URI endpoint() {
    return http.endpoint();
  }

  /** An account id that was not handed out before, with keys for it. */
  public Account newAccount() {
    long twelveDigits = ThreadLocalRandom.current().nextLong(100_000_000_000L, 1_000_000_000_000L);
    return account(Long.toString(twelveDigits));
  }

  /** Keys for an account of one's choice. */
  public Account account(String id) {
    return switch (emulator) {
      case LOCALSTACK -> new Account(id, id, "secret", Optional.empty());
      case MOTO -> http.assumeRoleIn(id);
    };
  }

  /**
   * Forgets everything in every account: only for an emulator that one has alone.
   *
   * @throws UnsupportedOperationException by LocalStack, whose free edition has no such call: take
   *     a new account instead
   */
  public void reset() {
    if (emulator != AwsEmulator.MOTO) {
      throw new UnsupportedOperationException(
          emulator.title + " cannot be reset: take a new account");
    }
    http.post("/moto-api/reset", "");
  }

  /** Stops the emulator, if it was started here. */
  @Override
  public void close() {
    AtExit.forget(this);
    running.run();
  }
}
