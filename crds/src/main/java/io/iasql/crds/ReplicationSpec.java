package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** Which changes, to where, and what is to be otherwise there. */
@JsonClassDescription("Which changes, to where, and what is to be otherwise there.")
@ApiType
@ValidationRule(
    value = "self.from.environmentRef.name != self.to.environmentRef.name",
    message = "from and to are the same Environment.")
@ValidationRule(
    value = "self.from == oldSelf.from",
    fieldPath = ".from",
    message = "from cannot be changed: create another Replication.")
@ValidationRule(
    value = "self.to == oldSelf.to",
    fieldPath = ".to",
    message = "to cannot be changed: create another Replication.")
public record ReplicationSpec(
    @Required @JsonPropertyDescription("The committed changes.") From from,
    @Required @JsonPropertyDescription("Where they are to be made, too.") To to,
    @Size(max = 1024) @JsonPropertyDescription("What it is for, in one line.") String description,
    @Size(max = 100)
        @JsonPropertyDescription(
            "Values that are others there: names, address ranges, sizes, regions. Each must match a"
                + " row of the source, and a column of a row is set by one at most.")
        List<Override> overrides,
    @Size(max = 100)
        @JsonPropertyDescription(
            "Rows that are left out. What refers to them there must find them there by other means.")
        List<Exclusion> exclude,
    @Size(max = 100)
        @JsonPropertyDescription(
            "Rows that are called otherwise there, and exist there already: they are referred to,"
                + " changed and deleted, and never inserted.")
        List<Mapping> mapping,
    @Size(max = SqlTransactionSpec.MAX_SOURCES)
        @JsonPropertyDescription(
            "Secrets with the values that are stored nowhere and stand in the SQL as"
                + " iasql_parameter('name'). Each SqlTransaction whose SQL asks for one gets them.")
        List<SqlTransactionSpec.ParametersSource> parametersFrom,
    @Default("Propose")
        @JsonPropertyDescription(
            "Propose: each SqlTransaction waits for somebody's approval, even where the Environment"
                + " approves by itself. Automatic: the approval is as the Environment has it.")
        Mode mode,
    @Pattern("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$")
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "How long a change must have been committed in the source before it goes on, such as"
                + " 24h or 1h30m. Omitted: it goes on at once.")
        String requiredSoakTime) {

  public ReplicationSpec {
    overrides = Lists.copy(overrides);
    exclude = Lists.copy(exclude);
    mapping = Lists.copy(mapping);
    parametersFrom = Lists.copy(parametersFrom);
  }

  /** The committed changes: exactly one way of naming them. */
  @ApiType
  @ValidationRule(
      value =
          "[has(self.transactionRef), has(self.transactionRefs), has(self.since),"
              + " has(self.sinceLast)].filter(given, given).size() == 1",
      message = "give exactly one of transactionRef, transactionRefs, since and sinceLast.")
  @ValidationRule(
      value = "!has(self.sinceLast) || self.sinceLast",
      fieldPath = ".sinceLast",
      message = "sinceLast is true, or left out.")
  public record From(
      @Required
          @JsonPropertyDescription("The Environment whose changes they are, in this namespace.")
          LocalReference environmentRef,
      @JsonPropertyDescription("One SqlTransaction of that Environment.")
          LocalReference transactionRef,
      @Size(min = 1, max = 100)
          @JsonPropertyDescription(
              "Several SqlTransactions; they are made there in the order in which they were"
                  + " committed, each once the one before is committed.")
          List<LocalReference> transactionRefs,
      @Pattern(
              "^(([0-9]+h)?([0-9]+m)?([0-9]+s)?"
                  + "|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?"
                  + "(Z|[+-][0-9]{2}:[0-9]{2}))$")
          @Size(min = 2, max = 40)
          @JsonPropertyDescription(
              "Everything committed from this time, or for this long, until this Replication was"
                  + " created: 2026-11-01T10:00:00Z, or 2h.")
          String since,
      @JsonPropertyDescription(
              "Everything committed since this Replication was created, and whatever follows: after"
                  + " each commit it goes on from the last one.")
          Boolean sinceLast) {

    public From {
      transactionRefs = Lists.copy(transactionRefs);
    }
  }

  /** Where the changes are to be made, too. */
  @ApiType
  public record To(
      @Required @JsonPropertyDescription("The Environment to change, in this namespace.")
          LocalReference environmentRef) {}

  /** Values that are others there. */
  @ApiType
  public record Override(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("The table.") String table,
      @Required
          @JsonPropertyDescription(
              "Columns and their values in the source; a row must have all of them.")
          Map<String, Object> where,
      @Required @JsonPropertyDescription("Columns and their values there.")
          Map<String, Object> set) {

    public Override {
      where = Lists.copyInOrder(where);
      set = Lists.copyInOrder(set);
    }
  }

  /** Rows that are left out. */
  @ApiType
  public record Exclusion(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("The table.") String table,
      @Required
          @JsonPropertyDescription(
              "Columns and their values in the source; a row must have all of them.")
          Map<String, Object> where) {

    public Exclusion {
      where = Lists.copyInOrder(where);
    }
  }

  /** A row that is called otherwise there. */
  @ApiType
  public record Mapping(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("The table.") String table,
      @Required @JsonPropertyDescription("Columns by which the row is known in the source.")
          Map<String, Object> from,
      @Required @JsonPropertyDescription("Columns by which it is known there.")
          Map<String, Object> to) {

    public Mapping {
      from = Lists.copyInOrder(from);
      to = Lists.copyInOrder(to);
    }
  }

  /** Whose approval a change takes. */
  public enum Mode {
    /** Somebody's. */
    @JsonProperty("Propose")
    PROPOSE,
    /** As the Environment has it. */
    @JsonProperty("Automatic")
    AUTOMATIC
  }
}
