package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.util.List;

/** How far the changes are. */
@JsonClassDescription("How far the changes are.")
@ApiType
public record ReplicationStatus(
    @Default("-1") @JsonPropertyDescription("The generation of the spec that this status is about.")
        Long observedGeneration,
    @JsonPropertyDescription("How far it is, for eyes; machines wait on conditions.") Phase phase,
    @JsonPropertyDescription("The newest SqlTransaction that was made.")
        LocalReference transactionRef,
    @JsonPropertyDescription("Whether the target gets what the source committed.")
        Comparison comparison,
    @Size(max = MAX_LISTED)
        @JsonPropertyDescription("The rows that stand in the way; nothing is made while there are.")
        List<Unmapped> unmapped,
    @Size(max = MAX_LISTED)
        @JsonPropertyDescription(
            "The parameters that the SQL asks for, since write-only values are stored nowhere.")
        List<String> parameters,
    @Size(max = MAX_TRANSACTIONS)
        @JsonPropertyDescription("The last transactions of the source and what became of them.")
        List<Carried> transactions,
    @Min(0)
        @JsonPropertyDescription(
            "The position of the last transaction of the source that is done with.")
        Long position,
    @Size(max = MAX_UPSTREAM)
        @JsonPropertyDescription(
            "The Environments whose changes come to the source by other Replications, the nearest"
                + " first. The admission policy of the chart takes no Replication back to one of them.")
        List<String> upstream,
    @JsonPropertyDescription("What happened last and what to do next.") String message,
    @JsonPropertyDescription(
            "Ready: all is committed in the target. Resolved: the target has all that the changes"
                + " refer to. Reconciling and Stalled are present only while True; Stalled means that"
                + " a person must mend something.")
        List<Condition> conditions) {

  /** The longest list of anything that differs or is missing. */
  public static final int MAX_LISTED = 50;

  /** How many transactions are listed. */
  public static final int MAX_TRANSACTIONS = 20;

  /** How many environments before the source are listed. */
  public static final int MAX_UPSTREAM = 100;

  public ReplicationStatus {
    unmapped = Lists.copy(unmapped);
    parameters = Lists.copy(parameters);
    transactions = Lists.copy(transactions);
    upstream = Lists.copy(upstream);
    conditions = Lists.copy(conditions);
  }

  /** How far a replication is. */
  public enum Phase {
    /** For the source's commit, its soak time, or an environment. */
    @JsonProperty("Waiting")
    WAITING,
    /** Something that the changes need is not there; a person must say what is meant. */
    @JsonProperty("Unmapped")
    UNMAPPED,
    /** A SqlTransaction is there and not committed yet. */
    @JsonProperty("Proposed")
    PROPOSED,
    /** All is committed. */
    @JsonProperty("Committed")
    COMMITTED,
    /** It cannot go on as it is. */
    @JsonProperty("Failed")
    FAILED
  }

  /** Whether the target gets what the source committed. */
  @ApiType
  public record Comparison(
      @Required
          @JsonPropertyDescription(
              "Same: it does, but for what overrides, exclude and mapping ask for. Different: more"
                  + " differs than that.")
          Verdict verdict,
      @JsonPropertyDescription(
              "Digest of what the target gets: equal for equal changes, whatever the account and"
                  + " the default region.")
          String digest,
      @JsonPropertyDescription("Whether the SQL is no longer what was made of the changes.")
          Boolean edited,
      @Size(max = MAX_LISTED) @JsonPropertyDescription("What differs.")
          List<Difference> differences,
      @JsonPropertyDescription("Whether there are more differences than listed here.")
          Boolean truncated) {

    public Comparison {
      differences = Lists.copy(differences);
    }
  }

  /** What a comparison comes to. */
  public enum Verdict {
    /** Nothing differs that was not asked to. */
    @JsonProperty("Same")
    SAME,
    /** Something differs. */
    @JsonProperty("Different")
    DIFFERENT
  }

  /** A value, or a whole row, that differs. */
  @ApiType
  public record Difference(
      @Required @JsonPropertyDescription("Its table.") String table,
      @JsonPropertyDescription("What people know the row by.") String row,
      @JsonPropertyDescription("The column. Absent: the whole row.") String column,
      @JsonPropertyDescription("What the source got.") String source,
      @JsonPropertyDescription("What the target gets.") String target,
      @JsonPropertyDescription("What asks for it, such as overrides[0]. Absent: nothing does.")
          String explainedBy) {}

  /** A row that is not there, or that is in the way. */
  @ApiType
  public record Unmapped(
      @Required @JsonPropertyDescription("Its table.") String table,
      @JsonPropertyDescription("What people know the row by.") String name,
      @JsonPropertyDescription("The row that needs it, or why it is in the way.") String neededBy,
      @Size(max = 10) @JsonPropertyDescription("What to do, or which rows may be meant.")
          List<String> suggestions) {

    public Unmapped {
      suggestions = Lists.copy(suggestions);
    }
  }

  /** A transaction of the source. */
  @ApiType
  public record Carried(
      @Required @JsonPropertyDescription("Its name.") String source,
      @JsonPropertyDescription("When it was committed in the source.") Instant committedAt,
      @JsonPropertyDescription("The SqlTransaction that was made of it.")
          LocalReference transactionRef,
      @JsonPropertyDescription("What became of it.") String phase) {}
}
