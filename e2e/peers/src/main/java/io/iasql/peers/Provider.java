package io.iasql.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One way to get a peer.
 *
 * @param <P> the peer
 */
interface Provider<P> {

  /** What is said when it is taken: {@code "k3s in Docker"}. */
  String name();

  /** What is missing for it, with the remedy; empty when it can be tried. */
  Optional<String> missing();

  P start();

  /**
   * Starts the first that can be tried. One that can be tried and then fails is an error: falling
   * back in silence would test something else than what was set up.
   */
  static <P> P first(String what, List<? extends Provider<P>> providers, Narrator narrator) {
    List<String> reasons = new ArrayList<>();
    for (Provider<P> provider : providers) {
      Optional<String> missing = provider.missing();
      if (missing.isEmpty()) {
        narrator.say(what + ": " + provider.name());
        return provider.start();
      }
      missing.filter(reason -> !reason.isEmpty()).ifPresent(reasons::add);
    }
    throw new PeerException("No " + what + " can be had: " + String.join("; or ", reasons) + ".");
  }
}
