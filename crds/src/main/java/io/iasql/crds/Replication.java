package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Committed changes of one environment, made in another. */
@JsonClassDescription(
    "Committed changes of one environment, made in another one of the same namespace: as ordinary"
        + " SqlTransactions, planned and approved there.")
@Group(CustomResources.GROUP)
@Version(CustomResources.VERSION)
@ShortNames("repl")
@Categories(CustomResources.CATEGORY)
@ValidationRule(
    value =
        "!has(oldSelf.status) || !has(oldSelf.status.phase) || oldSelf.status.phase != 'Committed'"
            + " || has(self.spec.from.sinceLast) || self.spec == oldSelf.spec",
    fieldPath = ".spec",
    message = "what was committed cannot be changed: create another Replication.")
@AdditionalPrinterColumn(
    name = "From",
    type = Type.STRING,
    jsonPath = ".spec.from.environmentRef.name")
@AdditionalPrinterColumn(name = "To", type = Type.STRING, jsonPath = ".spec.to.environmentRef.name")
@AdditionalPrinterColumn(name = "Phase", type = Type.STRING, jsonPath = ".status.phase")
@AdditionalPrinterColumn(
    name = "Transaction",
    type = Type.STRING,
    jsonPath = ".status.transactionRef.name")
@AdditionalPrinterColumn(
    name = "Comparison",
    type = Type.STRING,
    jsonPath = ".status.comparison.verdict")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
    name = "Message",
    type = Type.STRING,
    priority = 1,
    jsonPath = ".status.message")
public final class Replication extends CustomResource<ReplicationSpec, ReplicationStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;
}
