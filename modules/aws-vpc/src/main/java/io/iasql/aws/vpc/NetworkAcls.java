package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.vpc.NetworkAclEntries.Position;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** Default ACLs are never shown: a subnet that has no other one has its VPC's. */
final class NetworkAcls extends Ec2Resource<NetworkAcl> implements Updates<NetworkAcl> {

  @Override
  public Class<NetworkAcl> type() {
    return NetworkAcl.class;
  }

  @Override
  protected Stream<NetworkAcl> describe(AwsScope scope, List<Filter> filters) {
    return describe(scope, r -> r.filters(filters));
  }

  @Override
  protected Optional<NetworkAcl> byId(AwsScope scope, String id) {
    return Ec2.ifThere(() -> describe(scope, r -> r.networkAclIds(id)).findFirst());
  }

  private static Stream<NetworkAcl> describe(
      AwsScope scope, Consumer<DescribeNetworkAclsRequest.Builder> selection) {
    return Ec2.client(scope).describeNetworkAclsPaginator(selection).networkAcls().stream()
        .filter(acl -> !Boolean.TRUE.equals(acl.isDefault()))
        .map(
            acl ->
                new NetworkAcl(
                    acl.networkAclId(),
                    NetworkAclEntries.of(acl.entries()),
                    Ec2Tags.visible(acl.tags()),
                    scope.region(),
                    Vpc.of(acl.vpcId(), scope.region())));
  }

  @Override
  protected String idFilter() {
    return "network-acl-id";
  }

  @Override
  protected String id(NetworkAcl acl) {
    return acl.networkAclId();
  }

  @Override
  protected String region(NetworkAcl acl) {
    return acl.region();
  }

  @Override
  public List<Problem> validate(NetworkAcl desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>(NetworkAclEntries.problems(desired.entries()));
    problems.addAll(Ec2Tags.problems(desired.networkAclId(), desired.tags()));
    return problems;
  }

  @Override
  public NetworkAcl create(AwsScope scope, NetworkAcl desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id =
        Ec2.client(there)
            .createNetworkAcl(
                r ->
                    r.vpcId(desired.vpc().vpcId())
                        .clientToken(token.value())
                        .tagSpecifications(
                            Ec2Tags.specification(ResourceType.NETWORK_ACL, desired.tags(), token)))
            .networkAcl()
            .networkAclId();
    await(there, id, SOON, acl -> true);
    return changeEntries(there, id, desired.entries());
  }

  @Override
  public NetworkAcl update(AwsScope scope, NetworkAcl current, NetworkAcl desired) {
    AwsScope there = Ec2.at(scope, current.region());
    String id = current.networkAclId();
    if (!current.entries().equals(desired.entries())) {
      changeEntries(there, id, desired.entries());
    }
    Ec2Tags.update(Ec2.client(there), id, current.tags(), desired.tags());
    return await(
        there,
        id,
        SOON,
        acl ->
            acl.entries().equals(desired.entries()) && Objects.equals(acl.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, NetworkAcl current) {
    Ec2.client(scope).deleteNetworkAcl(r -> r.networkAclId(current.networkAclId()));
  }

  /** Changes the entries that differ from what EC2 has now: an earlier try may have done some. */
  private NetworkAcl changeEntries(AwsScope scope, String id, JsonNode desired) {
    Ec2Client ec2 = Ec2.client(scope);
    Map<Position, NetworkAclEntry> wanted = NetworkAclEntries.byPosition(desired);
    Map<Position, NetworkAclEntry> present =
        NetworkAclEntries.byPosition(await(scope, id, SOON, acl -> true).entries());
    wanted.forEach(
        (position, entry) -> {
          NetworkAclEntry old = present.get(position);
          if (old == null) {
            ec2.createNetworkAclEntry(
                r ->
                    r.networkAclId(id)
                        .egress(entry.egress())
                        .ruleNumber(entry.ruleNumber())
                        .protocol(entry.protocol())
                        .ruleAction(entry.ruleAction())
                        .cidrBlock(entry.cidrBlock())
                        .ipv6CidrBlock(entry.ipv6CidrBlock())
                        .portRange(entry.portRange())
                        .icmpTypeCode(entry.icmpTypeCode()));
          } else if (!old.equals(entry)) {
            ec2.replaceNetworkAclEntry(
                r ->
                    r.networkAclId(id)
                        .egress(entry.egress())
                        .ruleNumber(entry.ruleNumber())
                        .protocol(entry.protocol())
                        .ruleAction(entry.ruleAction())
                        .cidrBlock(entry.cidrBlock())
                        .ipv6CidrBlock(entry.ipv6CidrBlock())
                        .portRange(entry.portRange())
                        .icmpTypeCode(entry.icmpTypeCode()));
          }
        });
    present.keySet().stream()
        .filter(position -> !wanted.containsKey(position))
        .forEach(
            position ->
                ec2.deleteNetworkAclEntry(
                    r ->
                        r.networkAclId(id)
                            .egress(position.egress())
                            .ruleNumber(position.ruleNumber())));
    return await(scope, id, SOON, acl -> acl.entries().equals(desired));
  }
}
