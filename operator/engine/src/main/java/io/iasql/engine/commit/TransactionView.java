package io.iasql.engine.commit;

import io.iasql.engine.OnFailure;

/**
 * A submitted transaction as people see it.
 *
 * @param id the id it was submitted with
 * @param state where it stands
 * @param contentHash what was submitted: {@link Submissions#contentHash}
 * @param onFailure what it was submitted to do when an action fails
 * @param planId the plan that was approved
 * @param message what happened, for people; empty when there is nothing to say
 * @param done finished steps
 * @param total all steps; 0 before the work has begun
 */
public record TransactionView(
    String id,
    TransactionState state,
    String contentHash,
    OnFailure onFailure,
    String planId,
    String message,
    int done,
    int total) {}
