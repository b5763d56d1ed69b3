package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** How to reach one AWS account. */
@JsonClassDescription("How to reach one AWS account.")
@Group(CustomResources.GROUP)
@Version(CustomResources.VERSION)
@ShortNames("awsconn")
@Categories(CustomResources.CATEGORY)
@AdditionalPrinterColumn(
    name = "Ready",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Account", type = Type.STRING, jsonPath = ".spec.accountId")
@AdditionalPrinterColumn(name = "Region", type = Type.STRING, jsonPath = ".spec.region")
@AdditionalPrinterColumn(
    name = "Reason",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
    name = "Message",
    type = Type.STRING,
    priority = 1,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message")
public final class AwsConnection extends CustomResource<AwsConnectionSpec, AwsConnectionStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;
}
