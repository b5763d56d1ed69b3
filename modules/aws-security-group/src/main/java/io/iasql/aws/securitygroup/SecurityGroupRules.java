package io.iasql.aws.securitygroup;

import io.iasql.aws.vpc.PeeringConnection;
import io.iasql.aws.vpc.Vpc;
import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.IpRange;
import software.amazon.awssdk.services.ec2.model.Ipv6Range;
import software.amazon.awssdk.services.ec2.model.PrefixListId;
import software.amazon.awssdk.services.ec2.model.ReferencedSecurityGroup;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/** Rules that name a group of another account cannot be expressed as rows and are left out. */
final class SecurityGroupRules extends Ec2Resource<SecurityGroupRule>
    implements Updates<SecurityGroupRule>, Companion<SecurityGroupRule> {
  private static final int LONGEST_DESCRIPTION = 255;

  @Override
  public Class<SecurityGroupRule> type() {
    return SecurityGroupRule.class;
  }

  @Override
  protected Stream<SecurityGroupRule> describe(AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope)
        .describeSecurityGroupRulesPaginator(r -> r.filters(filters))
        .securityGroupRules()
        .stream()
        .filter(rule -> isExpressible(scope, rule.referencedGroupInfo()))
        .map(rule -> record(scope.region(), rule));
  }

  @Override
  protected String idFilter() {
    return "security-group-rule-id";
  }

  @Override
  protected String id(SecurityGroupRule rule) {
    return rule.securityGroupRuleId();
  }

  @Override
  protected String region(SecurityGroupRule rule) {
    return rule.region();
  }

  @Override
  protected Optional<SecurityGroupRule> byIdentity(AwsScope scope, SecurityGroupRule wanted) {
    if (wanted.isEgress() == null
        || wanted.securityGroup() == null
        || wanted.securityGroup().groupId() == null
        || (wanted.sourceSecurityGroup() != null
            && wanted.sourceSecurityGroup().groupId() == null)) {
      return Optional.empty();
    }
    SecurityGroupRule rule = wanted.first();
    return ofGroup(scope, rule.securityGroup()).filter(other -> same(rule, other)).findFirst();
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Vpc.class, SecurityGroup.class);
  }

  @Override
  public Stream<SecurityGroupRule> listOf(AwsScope scope, Record parent) {
    if (parent instanceof SecurityGroup group) {
      return ofGroup(Ec2.at(scope, group.region()), group);
    }
    Vpc vpc = (Vpc) parent;
    AwsScope there = Ec2.at(scope, vpc.region());
    List<String> groups =
        Ec2.client(there)
            .describeSecurityGroupsPaginator(r -> r.filters(Ec2.filter("vpc-id", vpc.vpcId())))
            .securityGroups()
            .stream()
            .map(group -> group.groupId())
            .toList();
    return Ec2.filtered("group-id", groups, filter -> describe(there, List.of(filter)));
  }

  @Override
  public List<Problem> validate(SecurityGroupRule desired, PlannedRows planned) {
    List<Problem> problems =
        new ArrayList<>(
            new Traffic(desired.ipProtocol(), desired.fromPort(), desired.toPort()).problems());
    if (desired.securityGroup() == null) {
      problems.add(
          new Problem("security_group_id", "security_group_id is missing: whose rule is it?"));
    }
    rangeProblem("cidr_ipv4", desired.cidrIpv4(), true).ifPresent(problems::add);
    rangeProblem("cidr_ipv6", desired.cidrIpv6(), false).ifPresent(problems::add);
    if (desired.cidrIpv4() == null
        && desired.cidrIpv6() == null
        && desired.prefixListId() == null
        && desired.sourceSecurityGroup() == null) {
      problems.add(
          new Problem(
              "",
              "the rule says not with whom: set cidr_ipv4, cidr_ipv6, prefix_list_id or"
                  + " source_security_group."));
    }
    if (desired.prefixListId() != null && !desired.prefixListId().startsWith("pl-")) {
      problems.add(
          new Problem(
              "prefix_list_id",
              "prefix_list_id '"
                  + desired.prefixListId()
                  + "' is none; they look like pl-0123abcd."));
    }
    if (desired.description() != null) {
      if (desired.description().length() > LONGEST_DESCRIPTION) {
        problems.add(
            new Problem(
                "description",
                "description has "
                    + desired.description().length()
                    + " characters, at most "
                    + LONGEST_DESCRIPTION
                    + " are allowed."));
      }
      SecurityGroups.charactersProblem("description", desired.description())
          .ifPresent(problems::add);
    }
    otherVpcProblem(desired, planned).ifPresent(problems::add);
    return problems;
  }

  private static Optional<Problem> rangeProblem(String column, String text, boolean ipv4) {
    return text == null || Cidr.parse(text).filter(cidr -> cidr.isIpv4() == ipv4).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                column,
                column
                    + " "
                    + text
                    + " is no "
                    + (ipv4 ? "IPv4" : "IPv6")
                    + " range; use "
                    + (ipv4 ? "cidr_ipv6 for IPv6." : "cidr_ipv4 for IPv4.")));
  }

  /** A group of another VPC can be named where the two VPCs are peered. */
  private static Optional<Problem> otherVpcProblem(SecurityGroupRule rule, PlannedRows planned) {
    SecurityGroup group = rule.securityGroup();
    SecurityGroup source = rule.sourceSecurityGroup();
    if (group == null
        || source == null
        || group.vpc() == null
        || !group.vpc().isOtherThan(source.vpc())) {
      return Optional.empty();
    }
    boolean peered =
        planned
            .referringTo(PeeringConnection.class, group.vpc())
            .anyMatch(
                connection ->
                    source.vpc().equals(connection.requester())
                        || source.vpc().equals(connection.accepter()));
    return peered
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "source_security_group",
                "source_security_group "
                    + source.label()
                    + " is in another VPC than security group "
                    + group.label()
                    + ", and the VPCs are not peered."));
  }

  @Override
  public SecurityGroupRule create(
      AwsScope scope, SecurityGroupRule desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    Ec2Client ec2 = Ec2.client(there);
    String groupId = desired.securityGroup().groupId();
    IpPermission permission = permission(desired, desired.description());
    if (desired.egress()) {
      ec2.authorizeSecurityGroupEgress(r -> r.groupId(groupId).ipPermissions(permission));
    } else {
      ec2.authorizeSecurityGroupIngress(r -> r.groupId(groupId).ipPermissions(permission));
    }
    return Polling.until(
        "the new rule of security group " + groupId, SOON, () -> byIdentity(there, desired));
  }

  /** EC2 has no two rules with one identity: what is found is what was authorized. */
  @Override
  public Optional<SecurityGroupRule> find(
      AwsScope scope, SecurityGroupRule desired, IdempotencyToken token) {
    return byIdentity(Ec2.at(scope, desired.region()), desired);
  }

  @Override
  public SecurityGroupRule update(
      AwsScope scope, SecurityGroupRule current, SecurityGroupRule desired) {
    AwsScope there = Ec2.at(scope, current.region());
    Ec2Client ec2 = Ec2.client(there);
    String groupId = current.securityGroup().groupId();
    if (!Objects.equals(current.description(), desired.description())) {
      IpPermission described =
          permission(desired, Objects.requireNonNullElse(desired.description(), ""));
      if (current.egress()) {
        ec2.updateSecurityGroupRuleDescriptionsEgress(
            r -> r.groupId(groupId).ipPermissions(described));
      } else {
        ec2.updateSecurityGroupRuleDescriptionsIngress(
            r -> r.groupId(groupId).ipPermissions(described));
      }
    }
    return await(
        there,
        current.securityGroupRuleId(),
        SOON,
        rule -> Objects.equals(rule.description(), desired.description()));
  }

  @Override
  protected void remove(AwsScope scope, SecurityGroupRule current) {
    String groupId = current.securityGroup().groupId();
    String ruleId = current.securityGroupRuleId();
    if (current.egress()) {
      Ec2.client(scope)
          .revokeSecurityGroupEgress(r -> r.groupId(groupId).securityGroupRuleIds(ruleId));
    } else {
      Ec2.client(scope)
          .revokeSecurityGroupIngress(r -> r.groupId(groupId).securityGroupRuleIds(ruleId));
    }
  }

  private Stream<SecurityGroupRule> ofGroup(AwsScope scope, SecurityGroup group) {
    return describe(scope, List.of(Ec2.filter("group-id", group.groupId())))
        .filter(rule -> group.groupId().equals(rule.securityGroup().groupId()));
  }

  /** Everything the row says, as one permission: one source each, or one rule per source. */
  private static IpPermission permission(SecurityGroupRule rule, String description) {
    IpPermission.Builder permission =
        IpPermission.builder()
            .ipProtocol(rule.ipProtocol())
            .fromPort(rule.fromPort())
            .toPort(rule.toPort());
    if (rule.cidrIpv4() != null) {
      permission.ipRanges(
          IpRange.builder().cidrIp(rule.cidrIpv4()).description(description).build());
    }
    if (rule.cidrIpv6() != null) {
      permission.ipv6Ranges(
          Ipv6Range.builder().cidrIpv6(rule.cidrIpv6()).description(description).build());
    }
    if (rule.prefixListId() != null) {
      permission.prefixListIds(
          PrefixListId.builder()
              .prefixListId(rule.prefixListId())
              .description(description)
              .build());
    }
    if (rule.sourceSecurityGroup() != null) {
      permission.userIdGroupPairs(
          UserIdGroupPair.builder()
              .groupId(rule.sourceSecurityGroup().groupId())
              .description(description)
              .build());
    }
    return permission.build();
  }

  private static boolean same(SecurityGroupRule one, SecurityGroupRule other) {
    return one.egress() == other.egress()
        && Objects.equals(one.ipProtocol(), other.ipProtocol())
        && Objects.equals(one.fromPort(), other.fromPort())
        && Objects.equals(one.toPort(), other.toPort())
        && Objects.equals(one.cidrIpv4(), other.cidrIpv4())
        && Objects.equals(one.cidrIpv6(), other.cidrIpv6())
        && Objects.equals(one.prefixListId(), other.prefixListId())
        && Objects.equals(groupId(one.sourceSecurityGroup()), groupId(other.sourceSecurityGroup()));
  }

  private static String groupId(SecurityGroup group) {
    return group == null ? null : group.groupId();
  }

  private static boolean isExpressible(AwsScope scope, ReferencedSecurityGroup source) {
    return source == null || source.userId() == null || source.userId().equals(scope.accountId());
  }

  private static SecurityGroupRule record(
      String region, software.amazon.awssdk.services.ec2.model.SecurityGroupRule rule) {
    ReferencedSecurityGroup source = rule.referencedGroupInfo();
    return new SecurityGroupRule(
        rule.securityGroupRuleId(),
        rule.isEgress(),
        rule.ipProtocol(),
        rule.fromPort(),
        rule.toPort(),
        rule.cidrIpv4(),
        rule.cidrIpv6(),
        rule.prefixListId(),
        rule.description(),
        region,
        SecurityGroup.of(rule.groupId(), region),
        source == null || source.groupId() == null
            ? null
            : SecurityGroup.of(source.groupId(), region));
  }
}
