package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
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
    value = "[has(self.sql), has(self.sqlFrom), has(self.undoOf)].exists_one(given, given)",
    message = "give exactly one of sql, sqlFrom and undoOf.")
@ValidationRule(
    value = "!has(self.undoOf) || !has(self.parameters) && !has(self.parametersFrom)",
    fieldPath = ".undoOf",
    message = "undoOf has no SQL of its own that would take parameters.")
@ValidationRule(
    value =
        "!has(self.parameters) || self.parameters.all(p, self.parameters.exists_one(q, q.name =="
            + " p.name))",
    fieldPath = ".parameters",
    message = "each parameter has a name of its own.")
@ValidationRule(
    value =
        "!has(self.planOnly) || !self.planOnly || !has(self.approvePlan) || self.approvePlan == ''",
    fieldPath = ".approvePlan",
    message =
        "with planOnly the plan is only shown: set planOnly to false, and approve the plan then.")
@ValidationRule(
    value = "!has(self.planTTL) || duration(self.planTTL) >= duration('5s')",
    fieldPath = ".planTTL",
    message = "planTTL is at least 5s.")
@ValidationRule(
    value =
        "!has(self.assertions) || self.assertions.all(a, self.assertions.exists_one(b, b.name == a.name))",
    fieldPath = ".assertions",
    message = "each assertion has a name of its own.")
public record SqlTransactionSpec(
    @Required @JsonPropertyDescription("The Environment to change.") LocalReference environmentRef,
    @Size(max = 1024) @JsonPropertyDescription("What the change is for, in one line.")
        String description,
    @Size(min = 1, max = MAX_SQL)
        @JsonPropertyDescription(
            "The statements, run together in one PostgreSQL transaction as role iasql_user.")
        String sql,
    @JsonPropertyDescription(
            "Where the statements are, instead of sql. A change there leads to another plan, until"
                + " the commit begins.")
        SqlSource sqlFrom,
    @JsonPropertyDescription(
            "A SqlTransaction that was committed in this environment, at least in part: the operator"
                + " works out the SQL that takes it back, and shows it in status.review.")
        LocalReference undoOf,
    @Size(max = MAX_PARAMETERS)
        @JsonPropertyDescription(
            "Values that the statements get by iasql_parameter('name'): they are never part of the"
                + " text.")
        List<Parameter> parameters,
    @Size(max = MAX_SOURCES)
        @JsonPropertyDescription(
            "Further parameters. Of two of one name, parameters come before parametersFrom, and the"
                + " last of these before the others.")
        List<ParametersSource> parametersFrom,
    @Size(max = MAX_DEPENDENCIES)
        @JsonPropertyDescription(
            "SqlTransactions of this namespace, each to be Committed or NoChanges before this one is"
                + " planned.")
        List<LocalReference> dependsOn,
    @JsonPropertyDescription(
            "Neither planned nor committed while this is true. A commit that has begun goes on.")
        Boolean suspend,
    @JsonPropertyDescription(
            "Planned and shown, and never committed while this is true, whatever the environment"
                + " approves.")
        Boolean planOnly,
    @Pattern("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$")
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "How long a plan waits for its approval, such as 90m or 24h. Then it is made anew, with an"
                + " id of its own, and the old id approves nothing any more. Omitted: for ever.")
        String planTTL,
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

  /** The longest SQL, in characters. */
  public static final int MAX_SQL = 1 << 20;

  /** How many parameters a spec lists. */
  public static final int MAX_PARAMETERS = 64;

  /** How many Secrets a spec names. */
  static final int MAX_SOURCES = 16;

  private static final int MAX_DEPENDENCIES = 32;

  public SqlTransactionSpec {
    parameters = Lists.copy(parameters);
    parametersFrom = Lists.copy(parametersFrom);
    dependsOn = Lists.copy(dependsOn);
    assertions = Lists.copy(assertions);
  }

  /** A transaction of the SQL alone. */
  public SqlTransactionSpec(
      LocalReference environmentRef,
      String description,
      String sql,
      String approvePlan,
      String approvedBy,
      Boolean reject,
      OnFailure onFailure) {
    this(
        environmentRef,
        description,
        sql,
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        null,
        null,
        null,
        approvePlan,
        approvedBy,
        reject,
        onFailure,
        List.of());
  }

  /** Where statements are that do not stand in the resource itself. */
  @ApiType
  public record SqlSource(
      @Required @JsonPropertyDescription("A key of a ConfigMap in the same namespace.")
          ConfigMapKey configMapKeyRef) {}

  /** A key of a ConfigMap. */
  @ApiType
  public record ConfigMapKey(
      @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name of the ConfigMap.")
          String name,
      @Default("sql")
          @Pattern("^[-._a-zA-Z0-9]+$")
          @Size(max = 253)
          @JsonPropertyDescription("The key that holds the statements.")
          String key) {}

  /** A value that the statements get by its name. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Parameter(
      @Required @Pattern("^[-._a-zA-Z0-9]+$") @Size(max = 253) @JsonPropertyDescription("Its name.")
          String name,
      @Required
          @Size(max = 65_536)
          @JsonPropertyDescription("Its value, which anybody may see who may see this resource.")
          String value) {}

  /** Where parameters are that do not stand in the resource itself. */
  @ApiType
  public record ParametersSource(
      @Required
          @JsonPropertyDescription(
              "A Secret in the same namespace; its keys are names of parameters. Their values go"
                  + " into write-only columns, such as the content of an object, and nowhere else.")
          LocalReference secretRef) {}

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
