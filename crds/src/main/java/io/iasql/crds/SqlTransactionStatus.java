package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.util.List;

/** How far the transaction is. */
@JsonClassDescription("How far the transaction is.")
@ApiType
public record SqlTransactionStatus(
    @Default("-1") @JsonPropertyDescription("The generation of the spec that this status is about.")
        Long observedGeneration,
    @JsonPropertyDescription("How far it is, for eyes; machines wait on conditions.") Phase phase,
    @JsonPropertyDescription("What the SQL would change in AWS, or has changed.") Plan plan,
    @JsonPropertyDescription("The plan as Markdown, for a review.") String review,
    @JsonPropertyDescription("Who approved the plan that was committed.") String approvedBy,
    @JsonPropertyDescription("Changes done of all changes while it commits, such as 12/40.")
        String progress,
    @JsonPropertyDescription("What happened last and what to do next.") String message,
    @JsonPropertyDescription(
            "Ready: it ended as asked. Planned: there is a plan. Approved: the plan was approved."
                + " Applied: AWS is as planned. Reconciling and Stalled are present only while True;"
                + " Stalled means that a person must mend something.")
        List<Condition> conditions) {

  public SqlTransactionStatus {
    conditions = Lists.copy(conditions);
  }

  /** How far a transaction is. */
  public enum Phase {
    /** The plan is shown, and that is all that was asked for. */
    @JsonProperty("Planned")
    PLANNED,
    /** The plan is being made. */
    @JsonProperty("Planning")
    PLANNING,
    /** The plan waits for somebody's approval. */
    @JsonProperty("AwaitingApproval")
    AWAITING_APPROVAL,
    /** Approved; others of the environment come first. */
    @JsonProperty("Queued")
    QUEUED,
    /** AWS is being changed. */
    @JsonProperty("Committing")
    COMMITTING,
    /** AWS and the rows are as planned. */
    @JsonProperty("Committed")
    COMMITTED,
    /** The SQL changes nothing. */
    @JsonProperty("NoChanges")
    NO_CHANGES,
    /** Somebody said no. */
    @JsonProperty("Rejected")
    REJECTED,
    /** There is no plan, or it could not be carried out, and nothing was changed. */
    @JsonProperty("Failed")
    FAILED,
    /** Part of the plan is in AWS and stays there. */
    @JsonProperty("PartiallyApplied")
    PARTIALLY_APPLIED,
    /** Part of the plan was done and has been undone. */
    @JsonProperty("RolledBack")
    ROLLED_BACK
  }

  /** A plan in short. */
  @ApiType
  public record Plan(
      @JsonPropertyDescription("The id that spec.approvePlan must hold to approve it.") String id,
      @JsonPropertyDescription("How many changes of each kind.") Summary summary,
      @JsonPropertyDescription("The summary in short: +create ~update ±replace -delete.")
          String text,
      @Size(max = MAX_CHANGES) @JsonPropertyDescription("The first changes, in order.")
          List<Change> changes,
      @JsonPropertyDescription("Whether there are more changes than listed here.")
          Boolean truncated,
      @JsonPropertyDescription("The ConfigMap that holds the whole plan, gzipped.")
          String configMap,
      @JsonPropertyDescription(
              "When it expires if nobody has approved it. Absent: never, see spec.planTTL.")
          Instant expiresAt) {

    /** How many changes are listed. */
    public static final int MAX_CHANGES = 50;

    public Plan {
      changes = Lists.copy(changes);
    }

    /** A plan that does not expire. */
    public Plan(
        String id,
        Summary summary,
        String text,
        List<Change> changes,
        Boolean truncated,
        String configMap) {
      this(id, summary, text, changes, truncated, configMap, null);
    }
  }

  /** How many changes of each kind. */
  @ApiType
  public record Summary(
      @Required @Min(0) @JsonPropertyDescription("Resources to be created.") int create,
      @Required @Min(0) @JsonPropertyDescription("Resources to be changed in place.") int update,
      @Required
          @Min(0)
          @JsonPropertyDescription("Resources to be created anew, the old ones deleted.")
          int replace,
      @Required @Min(0) @JsonPropertyDescription("Resources to be deleted.") int delete) {}

  /** What happens to one resource. */
  @ApiType
  public record Change(
      @Required @JsonPropertyDescription("What happens to the resource.") Action action,
      @Required @JsonPropertyDescription("Its table.") String table,
      @JsonPropertyDescription("The id of its row. Absent: a new row, or a table without ids.")
          String id,
      @JsonPropertyDescription("What AWS or people know it by, such as its name and region.")
          String description,
      @JsonPropertyDescription("The columns that change.") List<ColumnChange> columns,
      @JsonPropertyDescription("What a reviewer should know, such as why it is replaced.")
          String note,
      @Size(max = 11)
          @JsonPropertyDescription(
              "What refers to a resource that is deleted or replaced, whether or not the plan changes"
                  + " it: the first ten, and last +12 more where there are more.")
          List<String> dependants) {

    public Change {
      dependants = Lists.copy(dependants);
      columns = Lists.copy(columns);
    }
  }

  /** The kinds of change. */
  public enum Action {
    /** Made. */
    @JsonProperty("Create")
    CREATE,
    /** Changed in place. */
    @JsonProperty("Update")
    UPDATE,
    /** Made anew. */
    @JsonProperty("Replace")
    REPLACE,
    /** Deleted. */
    @JsonProperty("Delete")
    DELETE
  }

  /** A column before and after; absent where it has no value. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ColumnChange(
      @Required @JsonPropertyDescription("The column.") String name,
      @JsonProperty("old") @JsonPropertyDescription("Its value now. Absent: none.") String oldValue,
      @JsonProperty("new") @JsonPropertyDescription("Its value afterwards. Absent: none.")
          String newValue) {}
}
