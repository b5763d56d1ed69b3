package io.iasql.engine.commit;

import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The way into the queue and the view of it. */
public final class Submissions {
  private Submissions() {}

  /** Puts a transaction into the queue unless it is there or has ended. */
  public static void submit(Handle handle, Submission one, Instant now) {
    Journal.submit(
        handle,
        new Journal.Submitted(
            one.id(),
            one.name(),
            one.draft(),
            contentHash(handle, one.name(), one.draft()),
            one.onFailure(),
            one.approvedPlan(),
            one.approvedBy(),
            TransactionState.QUEUED,
            null),
        now);
  }

  /** A submitted transaction. */
  public static Optional<TransactionView> view(Handle handle, String id) {
    return Journal.view(handle, id);
  }

  /** Takes a transaction that has not begun out of the queue. */
  public static boolean withdraw(Handle handle, String id) {
    return Journal.withdraw(handle, id);
  }

  /**
   * Whether a commit runs, or waits for nothing but its turn.
   *
   * @param mayBegin whether one of the queue may begin now
   */
  public static boolean hasWork(Handle handle, boolean mayBegin) {
    return Journal.hasWork(handle, mayBegin);
  }

  /** What the ledger knows a transaction by: its name and what it says. */
  public static String contentHash(Handle handle, String name, Draft draft) {
    return contentHash(name, Fingerprint.of(handle, draft));
  }

  private static String contentHash(String name, String fingerprint) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(name.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return HexFormat.of().formatHex(digest.digest(fingerprint.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
