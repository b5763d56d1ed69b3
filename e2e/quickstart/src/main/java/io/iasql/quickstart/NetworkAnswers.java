package io.iasql.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NatGateway;
import software.amazon.awssdk.services.ec2.model.NatGatewayState;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.Vpc;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;

/** What EC2 says about networks; what every account has from the start is left out. */
record NetworkAnswers(Ec2Client ec2) {

  List<String> lines(String region) {
    List<String> lines = new ArrayList<>();
    ec2.describeVpcsPaginator().vpcs().stream()
        .filter(vpc -> !Boolean.TRUE.equals(vpc.isDefault()))
        .forEach(
            vpc -> {
              lines.add(
                  "EC2: VPC %s in %s, %s%s"
                      .formatted(vpc.vpcId(), region, vpc.cidrBlock(), name(vpc.tags())));
              lines.addAll(details(vpc));
            });
    return lines;
  }

  private List<String> details(Vpc vpc) {
    Filter inVpc = Filter.builder().name("vpc-id").values(vpc.vpcId()).build();
    Map<String, String> cidrs =
        ec2.describeSubnetsPaginator(r -> r.filters(inVpc)).subnets().stream()
            .collect(Collectors.toMap(Subnet::subnetId, Subnet::cidrBlock));
    List<String> lines = new ArrayList<>();
    ec2.describeSubnetsPaginator(r -> r.filters(inVpc)).subnets().stream()
        .map(
            s -> "  subnet %s, %s, %s".formatted(s.subnetId(), s.cidrBlock(), s.availabilityZone()))
        .forEach(lines::add);
    ec2.describeInternetGatewaysPaginator(
            r -> r.filters(Filter.builder().name("attachment.vpc-id").values(vpc.vpcId()).build()))
        .internetGateways()
        .forEach(gateway -> lines.add("  internet gateway " + gateway.internetGatewayId()));
    ec2.describeNatGatewaysPaginator(r -> r.filter(inVpc)).natGateways().stream()
        .filter(nat -> nat.state() != NatGatewayState.DELETED)
        .map(nat -> nat(nat, cidrs))
        .forEach(lines::add);
    ec2.describeRouteTablesPaginator(r -> r.filters(inVpc))
        .routeTables()
        .forEach(table -> lines.addAll(routeTable(table, cidrs)));
    ec2.describeVpcEndpointsPaginator(r -> r.filters(inVpc)).vpcEndpoints().stream()
        .filter(endpoint -> !isEnding(endpoint))
        .forEach(endpoint -> lines.add(endpoint(endpoint, cidrs)));
    List<SecurityGroup> groups =
        ec2.describeSecurityGroupsPaginator(r -> r.filters(inVpc)).securityGroups().stream()
            .toList();
    groups.stream()
        .filter(group -> !group.groupName().equals("default"))
        .forEach(group -> lines.addAll(group(group, groups)));
    return lines;
  }

  private static String nat(NatGateway nat, Map<String, String> cidrs) {
    return "  NAT gateway %s, %s, in subnet %s, addresses %s"
        .formatted(
            nat.natGatewayId(),
            nat.stateAsString(),
            cidrs.get(nat.subnetId()),
            nat.natGatewayAddresses().stream()
                .map(address -> address.publicIp())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(", ")));
  }

  private static List<String> routeTable(RouteTable table, Map<String, String> cidrs) {
    String subnets =
        table.associations().stream()
            .map(
                association ->
                    Boolean.TRUE.equals(association.main())
                        ? "all others"
                        : cidrs.get(association.subnetId()))
            .sorted()
            .collect(Collectors.joining(", "));
    List<String> lines = new ArrayList<>();
    lines.add("  route table " + table.routeTableId() + name(table.tags()) + " for " + subnets);
    table.routes().stream()
        .map(route -> "    %s -> %s".formatted(destination(route), target(route)))
        .forEach(lines::add);
    return lines;
  }

  private static String destination(Route route) {
    return Stream.of(
            route.destinationCidrBlock(),
            route.destinationIpv6CidrBlock(),
            route.destinationPrefixListId())
        .filter(Objects::nonNull)
        .findFirst()
        .orElse("?");
  }

  private static String target(Route route) {
    return Stream.of(
            route.gatewayId(),
            route.natGatewayId(),
            route.vpcPeeringConnectionId(),
            route.networkInterfaceId(),
            route.transitGatewayId())
        .filter(Objects::nonNull)
        .findFirst()
        .orElse("?");
  }

  /** AWS writes Deleted, the emulator deleted. */
  private static boolean isEnding(VpcEndpoint endpoint) {
    return endpoint.stateAsString().toLowerCase(Locale.ROOT).startsWith("delet");
  }

  private static String endpoint(VpcEndpoint endpoint, Map<String, String> cidrs) {
    Stream<String> places =
        Stream.concat(
            endpoint.routeTableIds().stream(), endpoint.subnetIds().stream().map(cidrs::get));
    return "  endpoint %s, %s to %s, from %s"
        .formatted(
            endpoint.vpcEndpointId(),
            endpoint.vpcEndpointTypeAsString(),
            endpoint.serviceName(),
            places.sorted().collect(Collectors.joining(", ")));
  }

  private List<String> group(SecurityGroup group, List<SecurityGroup> all) {
    List<String> lines = new ArrayList<>();
    lines.add("  security group " + group.groupId() + " \"" + group.groupName() + "\"");
    ec2.describeSecurityGroupRulesPaginator(
            r -> r.filters(Filter.builder().name("group-id").values(group.groupId()).build()))
        .securityGroupRules()
        .forEach(rule -> lines.add("    " + rule(rule, all)));
    return lines;
  }

  private static String ports(SecurityGroupRule rule) {
    return Objects.equals(rule.fromPort(), rule.toPort())
        ? String.valueOf(rule.fromPort())
        : rule.fromPort() + "-" + rule.toPort();
  }

  private static String rule(SecurityGroupRule rule, List<SecurityGroup> all) {
    String peer =
        rule.referencedGroupInfo() == null
            ? Objects.requireNonNullElse(rule.cidrIpv4(), rule.cidrIpv6())
            : all.stream()
                .filter(group -> group.groupId().equals(rule.referencedGroupInfo().groupId()))
                .map(SecurityGroup::groupName)
                .findFirst()
                .orElse(rule.referencedGroupInfo().groupId());
    String traffic =
        rule.ipProtocol().equals("-1") ? "all traffic" : rule.ipProtocol() + " " + ports(rule);
    String description =
        rule.description() == null || rule.description().isEmpty()
            ? ""
            : " (" + rule.description() + ")";
    return (Boolean.TRUE.equals(rule.isEgress()) ? "out to " : "in from ")
        + peer
        + ": "
        + traffic
        + description;
  }

  /** Without the tags by which the operator recognises what it was creating when it was killed. */
  private static String name(List<Tag> tags) {
    String people =
        tags.stream()
            .filter(tag -> !tag.key().startsWith("iasql:"))
            .map(tag -> tag.key() + "=" + tag.value())
            .sorted()
            .collect(Collectors.joining(", "));
    return people.isEmpty() ? "" : " [" + people + "]";
  }
}
