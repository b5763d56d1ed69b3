package io.iasql.operator.replication;

import io.iasql.crds.LocalReference;
import io.iasql.crds.ReplicationSpec;
import io.iasql.crds.ReplicationStatus;

/** Parts of Replications with nothing in them but what a test is about. */
final class TestReplications {
  private TestReplications() {}

  /**
   * From one environment to another.
   *
   * @param follows whether it goes on with each commit, or carries what was committed once
   */
  static ReplicationSpec spec(String from, String to, boolean follows) {
    return new ReplicationSpec(
        new ReplicationSpec.From(
            new LocalReference(from), null, null, follows ? null : "2h", follows ? true : null),
        new ReplicationSpec.To(new LocalReference(to)),
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** So far and no further. */
  static ReplicationStatus status(ReplicationStatus.Phase phase) {
    return new ReplicationStatus(1L, phase, null, null, null, null, null, null, null, null, null);
  }
}
