package io.iasql.operator.environment;

import io.iasql.engine.Engine;
import io.iasql.operator.OperatorConfigs;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.enterprise.inject.Vetoed;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Environments none of which is ready; they remember which were asked for. */
@Vetoed // A scope is inherited: it would be a second bean of its type.
public final class AskedEnvironments extends Environments {
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<ResourceID> asked = new CopyOnWriteArrayList<>();

  public AskedEnvironments() {
    super(
        null,
        null,
        null,
        OperatorConfigs.with(Map.of()),
        new SimpleMeterRegistry(),
        Clock.systemUTC());
  }

  @Override
  public void onMove(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public Optional<Engine> ready(ResourceID id) {
    asked.add(id);
    return Optional.empty();
  }

  /** Has the rows of an environment move. */
  public void move(ResourceID environment) {
    listeners.forEach(l -> l.rowsMoved(environment));
  }

  /** The environments whose engine somebody wanted. */
  public List<ResourceID> asked() {
    return asked;
  }
}
