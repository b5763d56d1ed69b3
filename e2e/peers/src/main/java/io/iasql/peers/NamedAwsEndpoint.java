package io.iasql.peers;

import java.net.URI;
import java.util.Optional;

/** An emulator that the user runs. */
record NamedAwsEndpoint(AwsEmulator emulator, URI endpoint) implements Provider<AwsPeer> {

  @Override
  public String name() {
    return emulator.title + " at " + endpoint;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public AwsPeer start() {
    if (!new EmulatorHttp(endpoint).answers(emulator.healthPath)) {
      throw new PeerException(
          emulator.title
              + " does not answer at "
              + endpoint.resolve(emulator.healthPath)
              + ": start it there, or name no endpoint");
    }
    return new AwsPeer(emulator, name(), endpoint, () -> {});
  }
}
