package io.iasql.quickstart;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The command line.
 *
 * @param manifests what the user wants to have applied; empty for the sample
 * @param sample the sample to apply, where it is not the first tour's
 * @param ask whether to ask before each approval
 * @param keep whether all keeps running afterwards
 */
record Arguments(
    Action action,
    Optional<Path> manifests,
    Optional<String> sample,
    boolean ask,
    boolean keep,
    Optional<Path> kubeconfig,
    Optional<URI> awsEndpoint) {

  static final String USAGE =
      """
      Usage: ./quickstart [options]

      Starts a Kubernetes API server, an AWS emulator and the operator with a PostgreSQL,
      applies manifests, approves their plans and shows what AWS says afterwards.

        -f FILE|DIR          apply your own manifests instead of the sample
            --sample NAME    apply another folder of e2e/samples, such as replicate
            --ask            ask before each approval; approves every plan otherwise
            --keep           leave all running afterwards (the default on a terminal)
            --no-keep        stop all afterwards (the default elsewhere)
            --stop           stop what an earlier run left running
            --kubeconfig FILE    use this cluster instead of starting an API server
            --aws-endpoint URL   use the LocalStack at this address instead of starting one
        -h, --help

      With -f, what an earlier run left running is used again; without, it is started anew.
      """;

  /** What to do. */
  enum Action {
    /** Start all and run manifests. */
    RUN,
    /** Stop what was left running. */
    STOP,
    /** Explain. */
    HELP
  }

  /** The command line cannot be understood; the message says why. */
  static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String message) {
      super(message);
    }
  }

  /**
   * Reads the command line.
   *
   * @param terminal whether somebody sits in front of it
   */
  static Arguments parse(List<String> words, boolean terminal) throws InvalidException {
    Action action = Action.RUN;
    Optional<Path> manifests = Optional.empty();
    Optional<String> sample = Optional.empty();
    boolean ask = false;
    boolean keep = terminal;
    Optional<Path> kubeconfig = Optional.empty();
    Optional<URI> awsEndpoint = Optional.empty();
    Deque<String> left = new ArrayDeque<>(words);
    while (!left.isEmpty()) {
      String word = left.pop();
      int assigned = word.startsWith("--") ? word.indexOf('=') : -1;
      if (assigned > 0) {
        left.push(word.substring(assigned + 1));
        word = word.substring(0, assigned);
      }
      switch (word) {
        case "-f", "--filename" -> manifests = Optional.of(Path.of(value(word, left)));
        case "--sample" -> sample = Optional.of(value(word, left));
        case "--kubeconfig" -> kubeconfig = Optional.of(Path.of(value(word, left)));
        case "--aws-endpoint" -> awsEndpoint = Optional.of(endpoint(value(word, left)));
        case "--ask" -> ask = true;
        case "--keep" -> keep = true;
        case "--no-keep" -> keep = false;
        case "--stop" -> action = Action.STOP;
        case "-h", "--help" -> action = Action.HELP;
        default -> throw new InvalidException("There is no option " + word + ".");
      }
    }
    if (manifests.isPresent() && sample.isPresent()) {
      throw new InvalidException("-f and --sample exclude each other.");
    }
    return new Arguments(action, manifests, sample, ask, keep, kubeconfig, awsEndpoint);
  }

  private static String value(String option, Deque<String> left) throws InvalidException {
    if (left.isEmpty() || left.peek().isEmpty()) {
      throw new InvalidException(option + " needs a value.");
    }
    return left.pop();
  }

  private static URI endpoint(String text) throws InvalidException {
    try {
      URI endpoint = URI.create(text);
      if (endpoint.getHost() != null && List.of("http", "https").contains(endpoint.getScheme())) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new InvalidException(
        "--aws-endpoint takes an address such as http://127.0.0.1:4566, not " + text + ".");
  }
}
