package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.util.List;

/** What the environment is like. */
@JsonClassDescription("What the environment is like.")
@ApiType
public record EnvironmentStatus(
    @Default("-1") @JsonPropertyDescription("The generation of the spec that this status is about.")
        Long observedGeneration,
    @JsonPropertyDescription("The account that the database mirrors.") String accountId,
    @JsonPropertyDescription("The database, for psql.") Database database,
    @JsonPropertyDescription("The modules installed, dependencies included.") List<String> modules,
    @JsonPropertyDescription("How many modules are installed.") Integer moduleCount,
    @JsonPropertyDescription("How many resources of the account the database holds.")
        Long resourceCount,
    @JsonPropertyDescription("How many SqlTransactions of the environment have not ended.")
        Integer pendingTransactions,
    @JsonPropertyDescription("The newest reading of the account.") Sync sync,
    @JsonPropertyDescription(
            "Ready: the database mirrors the account and takes transactions. Drifted: the account"
                + " differs from the rows. Locked: a transaction or a person at psql has it to"
                + " itself. Guarded, where there are guards: each of them can hold. Reconciling and Stalled are present only while True; Stalled means that"
                + " a person must mend something.")
        List<Condition> conditions) {

  public EnvironmentStatus {
    modules = Lists.copy(modules);
    conditions = Lists.copy(conditions);
  }

  /** Where the database is. */
  @ApiType
  public record Database(
      @JsonPropertyDescription("managed, external, cloudNativePg or embedded.") String provider,
      @JsonPropertyDescription("Host name.") String host,
      @JsonPropertyDescription("Port.") Integer port,
      @JsonPropertyDescription("Name of the database.") String name,
      @JsonPropertyDescription("The Secret with the environment's own login for people.")
          String secretName) {}

  /** A reading of the account. */
  @ApiType
  public record Sync(
      @JsonPropertyDescription("When the account was last read to the end.") Instant lastSyncTime,
      @JsonPropertyDescription(
              "The value of annotation iasql.io/sync-requested-at that was last acted on.")
          String requestedAt,
      @Size(max = MAX_FAILURES)
          @JsonPropertyDescription(
              "What could not be read. The rows of these tables are as they were before.")
          List<SyncFailure> failures) {

    /** How many failures are listed. */
    public static final int MAX_FAILURES = 50;

    public Sync {
      failures = Lists.copy(failures);
    }
  }

  /** A table that could not be read. */
  @ApiType
  public record SyncFailure(
      @JsonPropertyDescription("The table.") String table,
      @JsonPropertyDescription("The region, where the table has regions.") String region,
      @JsonPropertyDescription("What AWS said, with the request id.") String message) {}
}
