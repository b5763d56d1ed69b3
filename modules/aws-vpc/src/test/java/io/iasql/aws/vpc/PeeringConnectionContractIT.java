package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class PeeringConnectionContractIT extends ResourceContract {
  private static final String WHERE = "coalesce(tags ->> 'Name', 'one') = 'one'";

  PeeringConnectionContractIT() {
    super(
        Sample.of("peering_connection")
            // Its routes stay when it goes, and lead nowhere.
            .leavesTraces()
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .inBothRegions()
            .insert(peering(Stage.VPC, Stage.OTHER_VPC, "one"), WHERE)
            .another(peering(Stage.VPC, Stage.ABROAD, "two"), "tags ->> 'Name' = 'two'")
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .nulled("tags")
            .replaceBy(
                "requester",
                "UPDATE peering_connection SET requester_id = " + Stage.ABROAD + " WHERE " + WHERE,
                WHERE)
            .replaceBy(
                "accepter",
                "UPDATE peering_connection SET accepter_id = " + Stage.ABROAD + " WHERE " + WHERE,
                WHERE)
            .refuse(peering(Stage.OTHER_VPC, Stage.VPC, "back"), "the other way round")
            .refuse(peering(Stage.VPC, Stage.VPC, "self"), "peered with itself")
            .refuse("UPDATE peering_connection SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }

  private static String peering(String requester, String accepter, String name) {
    return "INSERT INTO peering_connection (requester_id, accepter_id, tags) VALUES ("
        + requester
        + ", "
        + accepter
        + ", '{\"Name\": \""
        + name
        + "\"}')";
  }
}
