package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static io.iasql.aws.vpc.Rows.json;
import static io.iasql.aws.vpc.Rows.messages;
import static io.iasql.aws.vpc.Rows.planned;
import static io.iasql.aws.vpc.Rows.subnet;
import static io.iasql.aws.vpc.Rows.table;
import static io.iasql.aws.vpc.Rows.vpc;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValidationTest {
  private static final Vpc VPC = vpc("vpc-1", "10.0.0.0/16");

  @Test
  void vpcRangesHaveLimits() {
    assertThat(new Vpcs().validate(VPC, planned())).isEmpty();
    assertThat(messages(new Vpcs().validate(vpc(null, "10.0.0.0/8"), planned())))
        .containsExactly(
            "cidr_block: cidr_block 10.0.0.0/8 has prefix length /8; AWS allows /16 (largest) to"
                + " /28 (smallest).");
    assertThat(messages(new Vpcs().validate(vpc(null, "ten"), planned())))
        .containsExactly(
            "cidr_block: cidr_block 'ten' is no IPv4 range; write one like 10.0.0.0/16.");
    assertThat(new Vpcs().validate(vpc(null, "2001:db8::/32"), planned())).hasSize(1);
    assertThat(new Vpcs().validate(vpc(null, "10.0.0.0/16", true), planned())).hasSize(1);
  }

  @Test
  void subnetsLieWithinTheirVpc() {
    Subnet outside = subnet(null, "10.1.0.0/24", VPC);

    assertThat(messages(new Subnets().validate(outside, planned(outside))))
        .containsExactly(
            "cidr_block: cidr_block 10.1.0.0/24 is outside the range 10.0.0.0/16 of VPC vpc-1"
                + " (10.0.0.0/16).");
  }

  @Test
  void subnetsMayLieInFurtherRangesOfTheVpc() {
    Subnet outside = subnet(null, "10.1.0.0/24", VPC);
    Subnet sibling = subnet("subnet-1", "10.1.1.0/24", VPC);

    assertThat(new Subnets().validate(outside, planned(outside, sibling))).isEmpty();
  }

  @Test
  void subnetsDoNotOverlap() {
    Subnet added = subnet(null, "10.0.0.0/20", VPC);
    Subnet sibling = subnet("subnet-1", "10.0.1.0/24", VPC);

    assertThat(messages(new Subnets().validate(added, planned(added, sibling))))
        .containsExactly(
            "cidr_block: cidr_block 10.0.0.0/20 overlaps subnet 10.0.1.0/24 of VPC vpc-1"
                + " (10.0.0.0/16).");
    assertThat(new Subnets().validate(added, planned(added, added))).hasSize(1);
    assertThat(new Subnets().validate(added, planned(added))).isEmpty();
  }

  @Test
  void aSubnetAndItsAclShareTheVpc() {
    NetworkAcl acl = new NetworkAcl("acl-1", null, null, REGION, vpc("vpc-2", "10.2.0.0/16"));
    Subnet subnet = new Subnet(null, null, "10.0.1.0/24", null, null, null, REGION, null, VPC, acl);

    assertThat(messages(new Subnets().validate(subnet, planned(subnet))))
        .containsExactly(
            "network_acl_id: the network ACL belongs to VPC vpc-2 (10.2.0.0/16), this row to VPC"
                + " vpc-1 (10.0.0.0/16); both must be in one VPC.");
  }

  @Test
  void aRouteHasOneTarget() {
    assertThat(new Routes().validate(route("0.0.0.0/0", "igw-1", null, null, null), planned()))
        .isEmpty();
    assertThat(messages(new Routes().validate(route("::/0", null, null, null, null), planned())))
        .containsExactly(": the route to ::/0 has no target: set one, such as gateway_id.");
    assertThat(
            messages(
                new Routes().validate(route("0.0.0.0/0", "igw-1", null, "nat-1", null), planned())))
        .containsExactly(
            "nat_gateway_id: the route to 0.0.0.0/0 has several targets (gateway_id = igw-1,"
                + " nat_gateway_id = nat-1): keep one and set the others to NULL.");
    assertThat(new Routes().validate(route("pl-1", null, "i-1", null, "eni-1"), planned()))
        .isEmpty();
    assertThat(new Routes().validate(route("somewhere", "igw-1", null, null, null), planned()))
        .hasSize(1);
  }

  @Test
  void aRoutesNewTargetIsTheOneThatChanged() {
    Route toInstance = route("0.0.0.0/0", null, "i-1", null, "eni-1");

    assertThat(RouteTarget.changed(toInstance, route("0.0.0.0/0", null, "i-2", null, "eni-1")))
        .containsExactly(RouteTarget.INSTANCE);
    assertThat(RouteTarget.changed(toInstance, route("0.0.0.0/0", null, "i-1", null, "eni-2")))
        .containsExactly(RouteTarget.NETWORK_INTERFACE);
    assertThat(RouteTarget.changed(toInstance, route("0.0.0.0/0", "igw-1", null, null, null)))
        .containsExactly(RouteTarget.GATEWAY);
    assertThat(RouteTarget.changed(toInstance, toInstance)).isEmpty();
  }

  @Test
  void mainAssociationsComeWithTheirVpc() {
    RouteTable table = table(VPC, false);

    assertThat(
            new RouteTableAssociations()
                .validate(new RouteTableAssociation(null, true, table, null, VPC), planned()))
        .hasSize(1);
    assertThat(
            new RouteTableAssociations()
                .validate(
                    new RouteTableAssociation("rtbassoc-1", true, table, null, VPC), planned()))
        .isEmpty();
    assertThat(
            messages(
                new RouteTableAssociations()
                    .validate(new RouteTableAssociation(null, false, table, null, VPC), planned())))
        .containsExactly("subnet_id: subnet_id is missing: it says which subnet uses the table.");
    assertThat(
            new RouteTableAssociations()
                .validate(
                    new RouteTableAssociation(
                        null,
                        false,
                        table,
                        subnet("subnet-1", "10.2.0.0/24", vpc("vpc-2", "10.2.0.0/16")),
                        VPC),
                    planned()))
        .hasSize(1);
  }

  @Test
  void peeredVpcsDoNotOverlap() {
    Vpc other = vpc(null, "10.0.128.0/20");

    assertThat(messages(peering(VPC, other)))
        .containsExactly(
            "accepter_id: The ranges of the two VPCs overlap: 10.0.0.0/16 of the requester and"
                + " 10.0.128.0/20 of the accepter; AWS peers only VPCs whose ranges do not.");
    assertThat(peering(VPC, vpc("vpc-2", "10.1.0.0/16"))).isEmpty();
    assertThat(peering(VPC, VPC)).hasSize(1);
  }

  @Test
  void twoVpcsArePeeredOnce() {
    Vpc other = vpc("vpc-2", "10.1.0.0/16");
    PeeringConnection reversed = new PeeringConnection("pcx-1", null, null, other, VPC);

    assertThat(
            new PeeringConnections()
                .validate(new PeeringConnection(null, null, null, VPC, other), planned(reversed)))
        .hasSize(1);
  }

  @Test
  void interfaceEndpointsTakeOneSubnetPerZone() {
    EndpointInterface endpoint =
        endpoint(
            true,
            subnet("subnet-1", "10.0.1.0/24", VPC, "eu-west-1a"),
            subnet("subnet-2", "10.0.2.0/24", VPC, "eu-west-1a"),
            subnet("subnet-3", "10.0.3.0/24", VPC, "eu-west-1b"));

    assertThat(messages(new EndpointInterfaces().validate(endpoint, planned())))
        .containsExactly(
            "private_dns_enabled: private_dns_enabled needs enable_dns_support and"
                + " enable_dns_hostnames of VPC vpc-1 (10.0.0.0/16).",
            ": Subnets subnet-1 (10.0.1.0/24) and subnet-2 (10.0.2.0/24) are both in eu-west-1a;"
                + " an interface endpoint takes one subnet per zone.");
  }

  @Test
  void endpointPoliciesAreChecked() {
    assertThat(gatewayEndpoint(json("{'Statement': []}"))).isNotEmpty();
    assertThat(gatewayEndpoint(json("'open'"))).isNotEmpty();
    assertThat(gatewayEndpoint(null)).isEmpty();
    assertThat(
            gatewayEndpoint(
                json(
                    "{'Statement': [{'Effect': 'Allow', 'Principal': '*', 'Action': '*',"
                        + " 'Resource': '*'}]}")))
        .isEmpty();
  }

  @Test
  void onlyPublicGatewaysTakeAddresses() {
    NatGateway gateway =
        new NatGateway(
            null, "private", null, Map.of("aws:x", ""), REGION, null, ElasticIp.of("e", REGION));

    assertThat(new NatGateways().validate(gateway, planned())).hasSize(2);
  }

  private static List<io.iasql.spi.Problem> gatewayEndpoint(JsonNode policy) {
    return new EndpointGateways()
        .validate(
            new EndpointGateway(null, "s3", policy, null, null, null, REGION, VPC), planned());
  }

  private static EndpointInterface endpoint(boolean privateDns, Subnet... subnets) {
    return new EndpointInterface(
        null,
        "lambda",
        null,
        null,
        privateDns,
        "ipv4",
        null,
        REGION,
        VPC,
        List.of(subnets).stream().map(EndpointInterfaceSubnet::new).toList());
  }

  private static List<io.iasql.spi.Problem> peering(Vpc requester, Vpc accepter) {
    return new PeeringConnections()
        .validate(new PeeringConnection(null, null, null, requester, accepter), planned());
  }

  private static Route route(
      String destination, String gateway, String instance, String nat, String networkInterface) {
    return new Route(
        destination,
        null,
        gateway,
        instance,
        null,
        nat,
        null,
        null,
        null,
        networkInterface,
        null,
        null,
        REGION,
        table(VPC, false));
  }
}
