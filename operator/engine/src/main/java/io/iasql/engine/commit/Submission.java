package io.iasql.engine.commit;

import io.iasql.engine.OnFailure;
import io.iasql.engine.plan.Draft;

/**
 * An approved transaction for the queue.
 *
 * @param id its id, the same whenever it is submitted again
 * @param name its name for people and for the ledger, unique in the environment
 * @param draft what it does to the rows
 * @param onFailure what happens when an action fails
 * @param approvedPlan the plan that was approved: executed exactly, or not at all
 * @param approvedBy who approved it, or an empty string
 */
public record Submission(
    String id,
    String name,
    Draft draft,
    OnFailure onFailure,
    String approvedPlan,
    String approvedBy) {

  /** A transaction of SQL that is still to run. */
  public Submission(
      String id,
      String name,
      String sql,
      OnFailure onFailure,
      String approvedPlan,
      String approvedBy) {
    this(id, name, new Draft.Statements(sql), onFailure, approvedPlan, approvedBy);
  }
}
