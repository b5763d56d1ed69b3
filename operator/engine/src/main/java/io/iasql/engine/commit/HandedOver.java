package io.iasql.engine.commit;

import io.iasql.engine.Parameters;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The parameters of submitted transactions, in memory alone: whoever submits a transaction hands
 * them over, and again after a restart.
 */
public final class HandedOver {
  private final Map<String, Parameters> values = new ConcurrentHashMap<>();

  /**
   * Takes a transaction's parameters.
   *
   * @return whether they were not known yet
   */
  public boolean put(String transaction, Parameters parameters) {
    return !parameters.isEmpty() && !parameters.equals(values.put(transaction, parameters));
  }

  /** A transaction's parameters; none if there are none. */
  Parameters of(String transaction) {
    return values.getOrDefault(transaction, Parameters.NONE);
  }

  /** The transactions whose parameters are known. */
  Set<String> transactions() {
    return Set.copyOf(values.keySet());
  }

  /** Forgets what is of no more use. */
  public void forget(String transaction) {
    values.remove(transaction);
  }
}
