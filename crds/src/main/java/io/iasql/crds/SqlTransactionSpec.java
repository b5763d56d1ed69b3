package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** The SQL, the environment it is for, and the word of whoever approves it. */
@JsonClassDescription("The SQL, the environment it is for, and the word of whoever approves it.")
@ApiType
@ValidationRule(
    value = "self.environmentRef == oldSelf.environmentRef",
    fieldPath = ".environmentRef",
    message = "environmentRef cannot be changed: create another SqlTransaction.")
@ValidationRule(
    value =
        "!has(self.assertions) || self.assertions.all(a, self.assertions.exists_one(b, b.name == a.name))",
    fieldPath = ".assertions",
    message = "each assertion has a name of its own.")
public record SqlTransactionSpec(
    @Required @JsonPropertyDescription("The Environment to change.") LocalReference environmentRef,
    @Size(max = 1024) @JsonPropertyDescription("What the change is for, in one line.")
        String description,
    @Required
        @Size(min = 1, max = MAX_SQL)
        @JsonPropertyDescription(
            "The statements, run together in one PostgreSQL transaction as role iasql_user.")
        String sql,
    @Size(max = 256)
        @JsonPropertyDescription(
            "The id of the plan to commit, as status.plan.id shows it. Any other value approves"
                + " nothing. Leave it out of manifests in Git.")
        String approvePlan,
    @Size(max = 256)
        @JsonPropertyDescription(
            "Who approves, written together with approvePlan. The admission policy of the chart"
                + " takes nothing but the name of the user who writes it.")
        String approvedBy,
    @JsonPropertyDescription(
            "Ends the transaction in phase Rejected, as long as its commit has not begun.")
        Boolean reject,
    @Default("Rollback")
        @JsonPropertyDescription(
            "What happens when AWS refuses a change of the plan. Rollback: what was done is undone"
                + " and the rows are restored. Stop: what was done stays, and the status says what"
                + " is and what is not in AWS.")
        OnFailure onFailure,
    @Size(max = 20)
        @JsonPropertyDescription(
            "Queries over the planned state that must return no row, besides the environment's.")
        List<Assertion> assertions) {

  public SqlTransactionSpec {
    assertions = Lists.copy(assertions);
  }

  /** The longest SQL, in characters. */
  public static final int MAX_SQL = 1 << 20;

  /** What to do when part of a plan fails. */
  public enum OnFailure {
    /** Undo what was done. */
    @JsonProperty("Rollback")
    ROLLBACK,
    /** Keep what was done. */
    @JsonProperty("Stop")
    STOP
  }
}
