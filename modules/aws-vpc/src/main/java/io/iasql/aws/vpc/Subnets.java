package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkAclAssociation;
import software.amazon.awssdk.services.ec2.model.ResourceType;

final class Subnets extends Ec2Resource<Subnet> implements Updates<Subnet> {
  /** The size of the subnets that AWS makes in a default VPC (VPC User Guide, "Default VPCs"). */
  private static final int DEFAULT_SUBNET_PREFIX = 20;

  private static final String ASSOCIATED_SUBNET = "association.subnet-id";

  @Override
  public Class<Subnet> type() {
    return Subnet.class;
  }

  @Override
  protected Stream<Subnet> describe(AwsScope scope, List<Filter> filters) {
    Ec2Client ec2 = Ec2.client(scope);
    return ec2.describeSubnetsPaginator(r -> r.filters(filters)).stream()
        .flatMap(
            page -> {
              Map<String, String> acls = new HashMap<>();
              List<String> ids = page.subnets().stream().map(s -> s.subnetId()).toList();
              Ec2.filtered(ASSOCIATED_SUBNET, ids, filter -> customAcls(ec2, filter))
                  .forEach(a -> acls.put(a.subnetId(), a.networkAclId()));
              return page.subnets().stream()
                  .map(subnet -> record(scope.region(), subnet, acls.get(subnet.subnetId())));
            });
  }

  @Override
  protected String idFilter() {
    return "subnet-id";
  }

  @Override
  protected String id(Subnet subnet) {
    return subnet.subnetId();
  }

  @Override
  protected String region(Subnet subnet) {
    return subnet.region();
  }

  @Override
  protected Optional<Subnet> byIdentity(AwsScope scope, Subnet wanted) {
    if (wanted.cidrBlock() == null || wanted.vpc() == null || wanted.vpc().vpcId() == null) {
      return Optional.empty();
    }
    return first(
        scope,
        Ec2.filter("vpc-id", wanted.vpc().vpcId()),
        Ec2.filter("cidr-block", wanted.cidrBlock()));
  }

  @Override
  public Ownership ownership(Subnet subnet) {
    boolean madeByAws =
        subnet.vpc() != null
            && subnet.vpc().knownAsDefault()
            && Cidr.parse(subnet.cidrBlock())
                .filter(cidr -> cidr.prefix() == DEFAULT_SUBNET_PREFIX)
                .isPresent();
    return madeByAws ? Ownership.PROTECTED : Ownership.OWN;
  }

  /** EC2 refuses a subnet that overlaps another one of its VPC (CreateSubnet). */
  @Override
  public boolean excludes(Subnet current, Subnet desired) {
    return Networks.sameVpc(current.vpc(), desired.vpc())
        && Cidr.parse(current.cidrBlock())
            .flatMap(old -> Cidr.parse(desired.cidrBlock()).map(old::overlaps))
            .orElse(false);
  }

  @Override
  public List<Problem> validate(Subnet desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    if (desired.subnetId() == null) {
      Networks.blockProblem("cidr_block", desired.cidrBlock()).ifPresent(problems::add);
    }
    if (desired.networkAcl() != null) {
      Networks.otherVpcProblem(
              "network_acl_id", "the network ACL", desired.networkAcl().vpc(), desired.vpc())
          .ifPresent(problems::add);
    }
    Optional<Cidr> cidr = Cidr.parse(desired.cidrBlock());
    if (problems.isEmpty() && cidr.isPresent() && desired.vpc() != null) {
      List<Subnet> others =
          new ArrayList<>(planned.referringTo(Subnet.class, desired.vpc()).toList());
      others.remove(desired);
      List<Cidr> siblings =
          others.stream().flatMap(other -> Cidr.parse(other.cidrBlock()).stream()).toList();
      siblings.stream()
          .filter(cidr.get()::overlaps)
          .map(
              other ->
                  new Problem(
                      "cidr_block",
                      "cidr_block "
                          + cidr.get()
                          + " overlaps subnet "
                          + other
                          + " of VPC "
                          + Networks.name(desired.vpc())
                          + "."))
          .forEach(problems::add);
      if (desired.subnetId() == null) {
        outsideVpc(cidr.get(), desired.vpc(), siblings).ifPresent(problems::add);
      }
    }
    return problems;
  }

  /**
   * A VPC may have further ranges, which are no columns here. That it has shows in a subnet outside
   * its primary range; such a VPC is not checked.
   */
  private static Optional<Problem> outsideVpc(Cidr cidr, Vpc vpc, List<Cidr> siblings) {
    return Cidr.parse(vpc.cidrBlock())
        .filter(range -> !range.contains(cidr) && siblings.stream().allMatch(range::contains))
        .map(
            range ->
                new Problem(
                    "cidr_block",
                    "cidr_block "
                        + cidr
                        + " is outside the range "
                        + range
                        + " of VPC "
                        + Networks.name(vpc)
                        + "."));
  }

  @Override
  public Subnet create(AwsScope scope, Subnet desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id =
        Ec2.client(there)
            .createSubnet(
                r ->
                    r.vpcId(desired.vpc().vpcId())
                        .cidrBlock(desired.cidrBlock())
                        .availabilityZone(desired.availabilityZone().name())
                        .tagSpecifications(
                            Ec2Tags.specification(ResourceType.SUBNET, Map.of(), token)))
            .subnet()
            .subnetId();
    Subnet created = await(there, id, SOON, subnet -> !"pending".equals(subnet.state()));
    return desired.networkAcl() == null ? created : changeAcl(there, created, desired);
  }

  @Override
  public Subnet update(AwsScope scope, Subnet current, Subnet desired) {
    return changeAcl(Ec2.at(scope, current.region()), current, desired);
  }

  @Override
  protected void remove(AwsScope scope, Subnet current) {
    Ec2.client(scope).deleteSubnet(r -> r.subnetId(current.subnetId()));
  }

  private Subnet changeAcl(AwsScope scope, Subnet current, Subnet desired) {
    Ec2Client ec2 = Ec2.client(scope);
    String wanted = aclId(desired);
    // The id of the association is needed, and every replacement of the ACL changes it.
    NetworkAclAssociation association =
        associations(ec2, Ec2.filter(ASSOCIATED_SUBNET, current.subnetId()))
            .filter(a -> current.subnetId().equals(a.subnetId()))
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("no network ACL of subnet " + current.subnetId()));
    String target = wanted == null ? defaultAcl(ec2, current.vpc().vpcId()) : wanted;
    if (!association.networkAclId().equals(target)) {
      ec2.replaceNetworkAclAssociation(
          r -> r.associationId(association.networkAclAssociationId()).networkAclId(target));
    }
    return await(scope, current.subnetId(), SOON, subnet -> Objects.equals(aclId(subnet), wanted));
  }

  private static String defaultAcl(Ec2Client ec2, String vpcId) {
    return ec2
        .describeNetworkAclsPaginator(
            r -> r.filters(Ec2.filter("vpc-id", vpcId), Ec2.filter("default", "true")))
        .networkAcls()
        .stream()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no default network ACL of VPC " + vpcId))
        .networkAclId();
  }

  private static Stream<NetworkAclAssociation> associations(Ec2Client ec2, Filter... filters) {
    return ec2.describeNetworkAclsPaginator(r -> r.filters(filters)).networkAcls().stream()
        .flatMap(acl -> acl.associations().stream());
  }

  private static Stream<NetworkAclAssociation> customAcls(Ec2Client ec2, Filter subnets) {
    return associations(ec2, subnets, Ec2.filter("default", "false"));
  }

  private static String aclId(Subnet subnet) {
    return subnet.networkAcl() == null ? null : subnet.networkAcl().networkAclId();
  }

  private static Subnet record(
      String region, software.amazon.awssdk.services.ec2.model.Subnet subnet, String aclId) {
    return new Subnet(
        subnet.stateAsString(),
        subnet.availableIpAddressCount(),
        subnet.cidrBlock(),
        subnet.subnetId(),
        subnet.ownerId(),
        subnet.subnetArn(),
        region,
        new AvailabilityZone(subnet.availabilityZone(), region),
        Vpc.of(subnet.vpcId(), region),
        aclId == null ? null : NetworkAcl.of(aclId, region));
  }
}
