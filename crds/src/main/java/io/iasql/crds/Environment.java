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

/** One AWS account mirrored in one PostgreSQL database. */
@JsonClassDescription(
    "One AWS account mirrored in one PostgreSQL database: its rows are the resources of the account.")
@Group(CustomResources.GROUP)
@Version(CustomResources.VERSION)
@ShortNames("env")
@Categories(CustomResources.CATEGORY)
@ValidationRule(
    value = "size(self.metadata.name) <= 40 && !self.metadata.name.contains('.')",
    message =
        "the name of an Environment has at most 40 characters and no dot: it becomes part of the"
            + " names of its database objects.")
@AdditionalPrinterColumn(
    name = "Ready",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Account", type = Type.STRING, jsonPath = ".status.accountId")
@AdditionalPrinterColumn(name = "Modules", type = Type.INTEGER, jsonPath = ".status.moduleCount")
@AdditionalPrinterColumn(
    name = "Resources",
    type = Type.INTEGER,
    jsonPath = ".status.resourceCount")
@AdditionalPrinterColumn(
    name = "Drifted",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Drifted\")].status")
@AdditionalPrinterColumn(
    name = "Pending",
    type = Type.INTEGER,
    jsonPath = ".status.pendingTransactions")
@AdditionalPrinterColumn(
    name = "Last Sync",
    type = Type.DATE,
    jsonPath = ".status.sync.lastSyncTime")
@AdditionalPrinterColumn(
    name = "Reason",
    type = Type.STRING,
    priority = 1,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(
    name = "Message",
    type = Type.STRING,
    priority = 1,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message")
@AdditionalPrinterColumn(
    name = "Age",
    type = Type.DATE,
    priority = 1,
    jsonPath = ".metadata.creationTimestamp")
public final class Environment extends CustomResource<EnvironmentSpec, EnvironmentStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** Annotation: a new value (a time, say) asks for a sync now. */
  public static final String SYNC_REQUESTED_AT = CustomResources.GROUP + "/sync-requested-at";
}
