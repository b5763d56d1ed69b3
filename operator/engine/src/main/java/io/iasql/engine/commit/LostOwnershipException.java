package io.iasql.engine.commit;

/** Another runner has taken over this transaction; this one must stop at once. */
final class LostOwnershipException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LostOwnershipException(String transaction) {
    super("transaction " + transaction + " is run by another operator now");
  }
}
