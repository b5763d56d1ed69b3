package io.iasql.engine.commit;

/**
 * A submitted transaction as people see it.
 *
 * @param id the id it was submitted with
 * @param state where it stands
 * @param contentHash what was submitted: {@link Submissions#contentHash}
 * @param planId the plan that was approved
 * @param message what happened, for people; empty when there is nothing to say
 * @param done finished steps
 * @param total all steps; 0 before the work has begun
 */
public record TransactionView(
    String id,
    TransactionState state,
    String contentHash,
    String planId,
    String message,
    int done,
    int total) {}
