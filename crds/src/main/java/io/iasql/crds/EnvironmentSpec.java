package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which account, which modules, which database, and who approves. */
@JsonClassDescription("Which account, which modules, which database, and who approves.")
@ApiType
@ValidationRule(
    value = "self.awsConnectionRef == oldSelf.awsConnectionRef",
    fieldPath = ".awsConnectionRef",
    message =
        "awsConnectionRef cannot be changed: the database mirrors that account. Change the"
            + " AwsConnection, or create another Environment.")
@ValidationRule(
    value =
        "(has(self.database) && has(self.database.managed))"
            + " == (has(oldSelf.database) && has(oldSelf.database.managed))"
            + " && (has(self.database) && has(self.database.external))"
            + " == (has(oldSelf.database) && has(oldSelf.database.external))"
            + " && (has(self.database) && has(self.database.cloudNativePg))"
            + " == (has(oldSelf.database) && has(oldSelf.database.cloudNativePg))",
    fieldPath = ".database",
    message = "the kind of database cannot be changed later: the data would stay behind.")
@ValidationRule(
    value =
        "!has(self.assertions) || self.assertions.all(a, self.assertions.exists_one(b, b.name == a.name))",
    fieldPath = ".assertions",
    message = "each assertion has a name of its own.")
public record EnvironmentSpec(
    @Required @JsonPropertyDescription("The AwsConnection of the account.")
        LocalReference awsConnectionRef,
    @Required
        @Size(min = 1, max = 64)
        @JsonPropertyDescription(
            "The modules whose tables the database gets, such as aws_s3. The modules that they"
                + " depend on come along.")
        Set<@Pattern("^aws_[a-z0-9_]+$") @Size(max = 63) String> modules,
    @JsonPropertyDescription(
            "Where the PostgreSQL database comes from, and who may log in to it. With none of"
                + " managed, external and cloudNativePg it comes from where the operator is set up"
                + " to take it.")
        Database database,
    @Default("Manual")
        @JsonPropertyDescription(
            "Manual: a plan waits until its id is in spec.approvePlan of the SqlTransaction."
                + " Automatic: a plan is committed as soon as it is made.")
        Approval approval,
    @Default("{\"interval\": \"5m\"}") @JsonPropertyDescription("How the rows follow the account.")
        Sync sync,
    @Default("Accept")
        @JsonPropertyDescription(
            "What happens when the account was changed past the operator. Accept: the rows follow"
                + " it. Report: the rows stay, and condition Drifted tells the difference; a sync"
                + " asked for with annotation iasql.io/sync-requested-at accepts it. Restore: a"
                + " SqlTransaction that brings the account back is made, and planned and approved"
                + " like any other; what is new in the account is taken into the rows.")
        DriftPolicy driftPolicy,
    @Size(max = 100)
        @JsonPropertyDescription(
            "Rows that no plan may delete or replace, whoever it is from: a plan that would fails and"
                + " names the row. Taking back what a failed commit has made is no plan.")
        List<Protect> protect,
    @JsonPropertyDescription(
            "How much a plan may do and still be approved by the environment itself. One that does"
                + " more waits for a person's approval, with approval Automatic too; with Manual the"
                + " message of the SqlTransaction says so.")
        Limits limits,
    @Size(max = 20)
        @JsonPropertyDescription(
            "Queries over the planned state that must return no row. A plan for which one does fails,"
                + " with the rows; it is checked again when the commit begins. While one cannot be"
                + " checked no plan is made, and condition Guarded says why.")
        List<Assertion> assertions,
    @JsonPropertyDescription(
            "When plans are made and commits begin. Whoever comes at another time waits, in psql with"
                + " an error that names the next opening.")
        Windows windows,
    @Default("Retain")
        @JsonPropertyDescription(
            "What becomes of the account when the Environment is deleted. Retain: it is left alone."
                + " Delete: the operator makes SqlTransaction NAME-deletion, which deletes every"
                + " resource that is the environment's own; a person must approve its plan, with"
                + " approval Automatic too. The Environment stays until it is committed. Rejecting or"
                + " deleting it, or setting Retain, leaves the account alone and lets the Environment"
                + " go.")
        DeletionPolicy deletionPolicy) {

  public EnvironmentSpec {
    modules = Lists.copyInOrder(modules);
    protect = Lists.copy(protect);
    assertions = Lists.copy(assertions);
  }

  /** When plans are made and commits begin. */
  @ApiType
  @ValidationRule(
      value = "has(self.plan) || has(self.commit)",
      message = "give plan or commit, or leave windows out.")
  public record Windows(
      @Size(min = 1, max = 20)
          @JsonPropertyDescription(
              "When plans are made. Outside no SQL runs; a plan that is fresh can be approved.")
          List<Window> plan,
      @Size(min = 1, max = 20)
          @JsonPropertyDescription(
              "When commits begin. Outside an approved transaction waits in phase Queued. One that has"
                  + " begun goes on to its end.")
          List<Window> commit) {

    public Windows {
      plan = Lists.copy(plan);
      commit = Lists.copy(commit);
    }
  }

  /** A stretch of time that comes again and again. */
  @ApiType
  @ValidationRule(
      value =
          "duration(self.duration) >= duration('1m') && duration(self.duration) <= duration('168h')",
      fieldPath = ".duration",
      message = "a window is open for at least 1m and at most 168h.")
  public record Window(
      @Required
          @Pattern("^[0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4}$")
          @Size(max = 128)
          @JsonPropertyDescription(
              "When it opens, as in crontab(5): minute, hour, day of month, month, day of week, such"
                  + " as 0 22 * * 1-5.")
          String cron,
      @Required
          @Pattern("^([0-9]+h)?([0-9]+m)?$")
          @Size(min = 2, max = 16)
          @JsonPropertyDescription("How long it stays open, such as 90m or 8h.")
          String duration,
      @Default("UTC")
          @Pattern("^[A-Za-z0-9_+/-]+$")
          @Size(max = 64)
          @JsonPropertyDescription("The time zone of cron, such as Europe/Berlin.")
          String timeZone) {}

  /** How much a plan may do by itself. */
  @ApiType
  @ValidationRule(
      value = "has(self.maxDeletes) || has(self.maxChanges)",
      message = "give maxDeletes or maxChanges, or leave limits out.")
  public record Limits(
      @Min(0)
          @JsonPropertyDescription(
              "The most resources that a plan may delete; a replaced one counts, too.")
          Integer maxDeletes,
      @Min(0)
          @JsonPropertyDescription(
              "The most resources that a plan may create, update, replace or delete.")
          Integer maxChanges) {}

  /** Rows that no plan may delete or replace. */
  @ApiType
  @ValidationRule(
      value = "!has(self.where) || size(self.where) > 0",
      fieldPath = ".where",
      message = "give where a column, or leave it out to protect the whole table.")
  public record Protect(
      @Required
          @Pattern("^[a-z_][a-z0-9_]*$")
          @Size(max = 63)
          @JsonPropertyDescription("The table of the rows.")
          String table,
      @Size(max = 16)
          @JsonPropertyDescription(
              "Columns and the values, as text, that a row has before the transaction to be"
                  + " protected; all of them. Omitted: every row of the table.")
          Map<String, String> where) {

    public Protect {
      where = where == null ? null : Map.copyOf(where);
    }
  }

  /** What becomes of the account when the Environment is deleted. */
  public enum DeletionPolicy {
    /** It is left alone. */
    @JsonProperty("Retain")
    RETAIN,
    /** What is the environment's own is deleted, once that is approved. */
    @JsonProperty("Delete")
    DELETE
  }

  /** What happens when the account was changed past the operator. */
  public enum DriftPolicy {
    /** The rows follow the account. */
    @JsonProperty("Accept")
    ACCEPT,
    /** The difference is told. */
    @JsonProperty("Report")
    REPORT,
    /** A transaction brings the account back. */
    @JsonProperty("Restore")
    RESTORE
  }

  /** Who says yes to a plan. */
  public enum Approval {
    /** A person names the plan. */
    @JsonProperty("Manual")
    MANUAL,
    /** Every plan is approved. */
    @JsonProperty("Automatic")
    AUTOMATIC
  }

  /** At most one kind of database, and people's logins to it. */
  @ApiType
  @ValidationRule(
      value =
          "[has(self.managed), has(self.external), has(self.cloudNativePg)].filter(b, b).size()"
              + " <= 1",
      message = "give one of managed, external and cloudNativePg.")
  @ValidationRule(
      value =
          "has(self.managed) || has(self.external) || has(self.cloudNativePg) || has(self.users)",
      message = "give managed, external, cloudNativePg or users, or leave database out.")
  @ValidationRule(
      value = "!has(self.users) || self.users.all(u, self.users.exists_one(v, v.name == u.name))",
      fieldPath = ".users",
      message = "each user has a name of its own.")
  public record Database(
      @JsonPropertyDescription("A PostgreSQL of its own in this namespace, run by the operator.")
          Managed managed,
      @JsonPropertyDescription("A PostgreSQL that somebody else runs.") External external,
      @JsonPropertyDescription(
              "A replicated PostgreSQL of its own in this namespace, run by CloudNativePG, which"
                  + " must be installed. It outlives the Environment: delete its Cluster"
                  + " iasql-ENVIRONMENT to delete the data.")
          CloudNativePg cloudNativePg,
      @Size(max = 20)
          @JsonPropertyDescription(
              "People with a login of their own, so that the audit log names them. The login of"
                  + " user alice is in Secret ENVIRONMENT-psql-alice. Every environment has one"
                  + " login besides, a writer, in Secret ENVIRONMENT-psql.")
          List<User> users) {

    public Database {
      users = Lists.copy(users);
    }
  }

  /** A person who logs in to the database. */
  @ApiType
  @ValidationRule(
      value = "self.name != 'psql'",
      fieldPath = ".name",
      message = "psql is the environment's own login: choose another name.")
  public record User(
      @Required
          @Pattern("^[a-z]([-a-z0-9]*[a-z0-9])?$")
          @Size(max = 40)
          @JsonPropertyDescription(
              "Name of the user. The role in PostgreSQL, which the audit log shows, is"
                  + " DATABASE.NAME.")
          String name,
      @Required
          @JsonPropertyDescription(
              "Reader: may read the module tables and the audit log. Writer: may also change the"
                  + " module tables.")
          Role role) {}

  /** What a person may do. */
  public enum Role {
    /** Read. */
    @JsonProperty("Reader")
    READER,
    /** Read, and change the module tables. */
    @JsonProperty("Writer")
    WRITER
  }

  /** One StatefulSet with one volume. */
  @ApiType
  @ValidationRule(
      value = "quantity(self.storage).compareTo(quantity(oldSelf.storage)) >= 0",
      fieldPath = ".storage",
      message = "storage can grow, not shrink.")
  @ValidationRule(
      value =
          "has(self.storageClassName) == has(oldSelf.storageClassName) &&"
              + " (!has(self.storageClassName) || self.storageClassName =="
              + " oldSelf.storageClassName)",
      fieldPath = ".storageClassName",
      message = "storageClassName cannot be changed later: the data would stay behind.")
  public record Managed(
      @Default("1Gi")
          @Pattern("^[1-9][0-9]*(\\.[0-9]+)?(Mi|Gi|Ti|M|G|T)$")
          @Size(max = 32)
          @JsonPropertyDescription("Size of the volume. It can grow where the class allows it.")
          String storage,
      @Size(min = 1, max = 253)
          @JsonPropertyDescription("Class of the volume. Omitted: the cluster's default class.")
          String storageClassName,
      @JsonPropertyDescription("Compute resources of the PostgreSQL container.")
          Resources resources) {}

  /** Compute resources, as a container has them. */
  @ApiType
  public record Resources(
      @Size(max = 8) @JsonPropertyDescription("What the container is sure to get.")
          Map<String, Quantity> requests,
      @Size(max = 8) @JsonPropertyDescription("What the container gets at most.")
          Map<String, Quantity> limits) {

    public Resources {
      requests = requests == null ? Map.of() : Map.copyOf(requests);
      limits = limits == null ? Map.of() : Map.copyOf(limits);
    }
  }

  /** A Cluster of CloudNativePG. */
  @ApiType
  @ValidationRule(
      value =
          "has(self.storageClassName) == has(oldSelf.storageClassName) &&"
              + " (!has(self.storageClassName) || self.storageClassName =="
              + " oldSelf.storageClassName)",
      fieldPath = ".storageClassName",
      message = "storageClassName cannot be changed later: the data would stay behind.")
  @ValidationRule(
      value = "quantity(self.storage).compareTo(quantity(oldSelf.storage)) >= 0",
      fieldPath = ".storage",
      message = "storage can grow, not shrink.")
  public record CloudNativePg(
      @Default("3")
          @Min(1)
          @Max(9)
          @JsonPropertyDescription(
              "How many instances: one is the primary, the others follow it and take its place.")
          Integer instances,
      @Default("1Gi")
          @Pattern("^[1-9][0-9]*(\\.[0-9]+)?(Mi|Gi|Ti|M|G|T)$")
          @Size(max = 32)
          @JsonPropertyDescription(
              "Size of each instance's volume. It can grow where the class allows it.")
          String storage,
      @Size(min = 1, max = 253)
          @JsonPropertyDescription("Class of the volumes. Omitted: the cluster's default class.")
          String storageClassName,
      @Size(min = 1, max = 512)
          @JsonPropertyDescription(
              "Image of PostgreSQL, as CloudNativePG has them. Omitted: CloudNativePG's default.")
          String imageName,
      @Size(max = 64) @JsonPropertyDescription("Settings of the server, as in postgresql.conf.")
          Map<String, String> parameters,
      @JsonPropertyDescription("Compute resources of each instance.") Resources resources) {

    public CloudNativePg {
      parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
    }
  }

  /** A database somewhere else. */
  @ApiType
  public record External(
      @Required
          @JsonPropertyDescription(
              "A Secret with host, port (5432 when omitted), database, username, password and"
                  + " optionally sslmode and ca.crt, as type servicebinding.io/postgresql has them."
                  + " The user owns the database and may create roles.")
          LocalReference secretRef) {}

  /** When the account is read. */
  @ApiType
  @ValidationRule(
      value = "duration(self.interval) >= duration('10s')",
      fieldPath = ".interval",
      message = "sync.interval is at least 10s.")
  public record Sync(
      @Default("5m")
          @Pattern("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$")
          @Size(min = 2, max = 16)
          @JsonPropertyDescription(
              "The time between two readings of the account, such as 90s, 5m or 1h30m.")
          String interval) {}
}
