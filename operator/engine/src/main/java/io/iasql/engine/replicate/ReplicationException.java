package io.iasql.engine.replicate;

import java.util.List;

/** A change cannot be carried over as it was asked for; a person must change what was asked. */
public final class ReplicationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ReplicationException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
