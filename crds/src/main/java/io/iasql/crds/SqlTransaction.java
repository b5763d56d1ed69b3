package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** SQL that changes an environment: planned, approved, committed once. */
@JsonClassDescription("SQL that changes an environment: planned, approved, and committed once.")
@Group(CustomResources.GROUP)
@Version(CustomResources.VERSION)
@ShortNames("sqltx")
@Categories(CustomResources.CATEGORY)
@ValidationRule(
    value =
        "!has(oldSelf.status) || !has(oldSelf.status.phase) || !(oldSelf.status.phase in"
            + " ['Committing', 'Committed', 'PartiallyApplied'])"
            + " || has(self.spec.sql) == has(oldSelf.spec.sql) && (!has(self.spec.sql) || self.spec.sql == oldSelf.spec.sql)",
    fieldPath = ".spec.sql",
    message = "sql cannot be changed once its commit has begun: a change is a new SqlTransaction.")
@ValidationRule(
    value =
        "!has(oldSelf.status) || !has(oldSelf.status.phase) || !(oldSelf.status.phase in"
            + " ['Committing', 'Committed', 'PartiallyApplied'])"
            + " || has(self.spec.sqlFrom) == has(oldSelf.spec.sqlFrom) && (!has(self.spec.sqlFrom) || self.spec.sqlFrom == oldSelf.spec.sqlFrom)"
            + " && has(self.spec.undoOf) == has(oldSelf.spec.undoOf) && (!has(self.spec.undoOf) || self.spec.undoOf == oldSelf.spec.undoOf)"
            + " && has(self.spec.parameters) == has(oldSelf.spec.parameters) && (!has(self.spec.parameters) || self.spec.parameters == oldSelf.spec.parameters)"
            + " && has(self.spec.parametersFrom) == has(oldSelf.spec.parametersFrom) && (!has(self.spec.parametersFrom) || self.spec.parametersFrom == oldSelf.spec.parametersFrom)",
    fieldPath = ".spec",
    message =
        "sqlFrom, undoOf, parameters and parametersFrom cannot be changed once the commit has begun: a change is a new SqlTransaction.")
@AdditionalSelectableField(jsonPath = ".spec.environmentRef.name")
@AdditionalSelectableField(jsonPath = ".status.phase")
@AdditionalPrinterColumn(
    name = "Environment",
    type = Type.STRING,
    jsonPath = ".spec.environmentRef.name")
@AdditionalPrinterColumn(name = "Phase", type = Type.STRING, jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Plan", type = Type.STRING, jsonPath = ".status.plan.id")
@AdditionalPrinterColumn(name = "Changes", type = Type.STRING, jsonPath = ".status.plan.text")
@AdditionalPrinterColumn(name = "Approved By", type = Type.STRING, jsonPath = ".status.approvedBy")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
    name = "Progress",
    type = Type.STRING,
    priority = 1,
    jsonPath = ".status.progress")
@AdditionalPrinterColumn(
    name = "Message",
    type = Type.STRING,
    priority = 1,
    jsonPath = ".status.message")
public final class SqlTransaction extends CustomResource<SqlTransactionSpec, SqlTransactionStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** Annotation: the database logins that wrote the SQL in psql, or {@code operator}. */
  public static final String WRITTEN_BY = CustomResources.GROUP + "/written-by";

  /**
   * Annotation: with value {@code Manual} the plan waits for somebody's approval, even where the
   * environment approves by itself.
   */
  public static final String APPROVAL = CustomResources.GROUP + "/approval";

  /** Label: the Environment whose change this one repeats. */
  public static final String SOURCE_ENVIRONMENT = CustomResources.GROUP + "/source-environment";

  /** Label: the transaction of that Environment. */
  public static final String SOURCE_TRANSACTION = CustomResources.GROUP + "/source-transaction";
}
