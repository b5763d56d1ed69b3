package io.iasql.engine.commit;

/** The transaction is no longer this runner's, who must stop at once. */
final class LostOwnershipException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LostOwnershipException(String transaction) {
    super("transaction " + transaction + " was withdrawn, or is run by another operator now");
  }
}
