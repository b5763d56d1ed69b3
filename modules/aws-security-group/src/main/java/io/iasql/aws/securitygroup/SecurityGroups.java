package io.iasql.aws.securitygroup;

import io.iasql.aws.vpc.DefaultVpc;
import io.iasql.aws.vpc.Vpc;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.IpRange;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** Nothing of a group can be changed in place, so there is no update. */
final class SecurityGroups extends Ec2Resource<SecurityGroup> implements Companion<SecurityGroup> {
  private static final int LONGEST = 255;
  private static final int SHOWN_INTERFACES = 10;

  /** The characters that CreateSecurityGroup takes in names and descriptions. */
  static final Pattern CHARACTERS = Pattern.compile("[a-zA-Z0-9 ._\\-:/()#,@\\[\\]+=&;{}!$*]*");

  @Override
  public Class<SecurityGroup> type() {
    return SecurityGroup.class;
  }

  @Override
  protected Stream<SecurityGroup> describe(AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope)
        .describeSecurityGroupsPaginator(r -> r.filters(filters))
        .securityGroups()
        .stream()
        .filter(group -> group.vpcId() != null)
        .map(
            group ->
                new SecurityGroup(
                    group.description(),
                    group.groupName(),
                    group.ownerId(),
                    group.groupId(),
                    scope.region(),
                    Vpc.of(group.vpcId(), scope.region())));
  }

  @Override
  protected String idFilter() {
    return "group-id";
  }

  @Override
  protected String id(SecurityGroup group) {
    return group.groupId();
  }

  @Override
  protected String region(SecurityGroup group) {
    return group.region();
  }

  @Override
  protected Optional<SecurityGroup> byIdentity(AwsScope scope, SecurityGroup wanted) {
    if (wanted.groupName() == null || (wanted.vpc() != null && wanted.vpc().vpcId() == null)) {
      return Optional.empty();
    }
    return vpc(scope, wanted)
        .flatMap(
            vpc ->
                // The filter takes wildcards, the name may contain them.
                describe(
                        scope,
                        List.of(
                            Ec2.filter("vpc-id", vpc.vpcId()),
                            Ec2.filter("group-name", wanted.groupName())))
                    .filter(group -> wanted.groupName().equals(group.groupName()))
                    .findFirst());
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Vpc.class);
  }

  @Override
  public Stream<SecurityGroup> listOf(AwsScope scope, Record parent) {
    Vpc vpc = (Vpc) parent;
    return describe(Ec2.at(scope, vpc.region()), List.of(Ec2.filter("vpc-id", vpc.vpcId())));
  }

  @Override
  public Ownership ownership(SecurityGroup group) {
    if (!group.namedDefault()) {
      return Ownership.OWN;
    }
    return group.vpc() != null && group.vpc().knownAsDefault()
        ? Ownership.PROTECTED
        : Ownership.WITH_PARENT;
  }

  /** Names are case-insensitive (CreateSecurityGroup). */
  @Override
  public boolean excludes(SecurityGroup current, SecurityGroup desired) {
    return current.groupName() != null
        && current.groupName().equalsIgnoreCase(desired.groupName())
        && (desired.vpc() == null
            ? current.vpc() != null && current.vpc().knownAsDefault()
            : desired.vpc().isSameAs(current.vpc()));
  }

  @Override
  public List<Problem> validate(SecurityGroup desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    textProblem("group_name", desired.groupName()).ifPresent(problems::add);
    textProblem("description", desired.description()).ifPresent(problems::add);
    if (desired.groupName() != null && desired.groupName().startsWith("sg-")) {
      problems.add(
          new Problem(
              "group_name", "group_name '" + desired.groupName() + "' must not start with sg-."));
    }
    return problems;
  }

  private static Optional<Problem> textProblem(String column, String text) {
    if (text == null || text.isBlank()) {
      return Optional.of(new Problem(column, column + " is empty; AWS requires one."));
    }
    if (text.length() > LONGEST) {
      return Optional.of(
          new Problem(
              column,
              column
                  + " has "
                  + text.length()
                  + " characters, at most "
                  + LONGEST
                  + " are allowed."));
    }
    return charactersProblem(column, text);
  }

  /** What EC2 would refuse about the characters of a text, if anything. */
  static Optional<Problem> charactersProblem(String column, String text) {
    return CHARACTERS.matcher(text).matches()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                column,
                column
                    + " '"
                    + text
                    + "' has characters that AWS refuses; allowed are a-z, A-Z, 0-9, spaces and"
                    + " ._-:/()#,@[]+=&;{}!$*"));
  }

  @Override
  public SecurityGroup create(AwsScope scope, SecurityGroup desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    if (desired.namedDefault()) {
      return adoptDefault(there, desired);
    }
    String vpcId = vpc(there, desired).orElseThrow(() -> noDefaultVpc(there)).vpcId();
    String id =
        Ec2.client(there)
            .createSecurityGroup(
                r ->
                    r.groupName(desired.groupName())
                        .description(desired.description())
                        .vpcId(vpcId)
                        .tagSpecifications(
                            Ec2Tags.specification(ResourceType.SECURITY_GROUP, Map.of(), token)))
            .groupId();
    SecurityGroup created = await(there, id, SOON, group -> true);
    closeEgress(there, id);
    return created;
  }

  /** Completes what it finds: that a group still lets everything out is no difference in a row. */
  @Override
  public Optional<SecurityGroup> find(
      AwsScope scope, SecurityGroup desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    if (desired.namedDefault()) {
      return byIdentity(there, desired);
    }
    Optional<SecurityGroup> found = super.find(scope, desired, token);
    found.ifPresent(group -> closeEgress(there, group.groupId()));
    return found;
  }

  @Override
  public void delete(AwsScope scope, SecurityGroup current) {
    try {
      super.delete(scope, current);
    } catch (Ec2Exception refusal) {
      if (!Ec2.code(refusal).equals("DependencyViolation")) {
        throw refusal;
      }
      throw new CloudException(
          new CloudFailure(
              CloudFailure.Kind.CONFLICT,
              Ec2.code(refusal),
              "security group "
                  + current.label()
                  + " is in use by "
                  + users(Ec2.at(scope, current.region()), current.groupId()),
              refusal.requestId()),
          refusal);
    }
  }

  @Override
  protected void remove(AwsScope scope, SecurityGroup current) {
    Ec2.client(scope).deleteSecurityGroup(r -> r.groupId(current.groupId()));
  }

  /** EC2 makes the default group with the VPC and refuses to make another one. */
  private SecurityGroup adoptDefault(AwsScope scope, SecurityGroup desired) {
    return Polling.until(
        "the default security group of the VPC", SOON, () -> byIdentity(scope, desired));
  }

  private static Optional<Vpc> vpc(AwsScope scope, SecurityGroup group) {
    return group.vpc() == null ? DefaultVpc.of(scope) : Optional.of(group.vpc());
  }

  private static CloudException noDefaultVpc(AwsScope scope) {
    return new CloudException(
        new CloudFailure(
            CloudFailure.Kind.INVALID_INPUT,
            "VPCIdNotSpecified",
            "region " + scope.region() + " has no default VPC: set vpc_id",
            ""),
        null);
  }

  /** Takes away the rules that EC2 gives to every new group: everything may leave. */
  private static void closeEgress(AwsScope scope, String groupId) {
    Ec2Client ec2 = Ec2.client(scope);
    IpPermission everything =
        IpPermission.builder()
            .ipProtocol(Traffic.ALL)
            .ipRanges(IpRange.builder().cidrIp("0.0.0.0/0").build())
            .build();
    // Revoked unseen: a listing may not show the rule of a new group yet.
    Ec2.unless(
        Set.of(".NotFound"),
        () -> ec2.revokeSecurityGroupEgress(r -> r.groupId(groupId).ipPermissions(everything)));
    Polling.until(
        "security_group " + groupId + " to have no egress rule",
        SOON,
        () -> {
          List<String> left =
              ec2
                  .describeSecurityGroupRulesPaginator(
                      r -> r.filters(Ec2.filter("group-id", groupId)))
                  .securityGroupRules()
                  .stream()
                  .filter(rule -> Boolean.TRUE.equals(rule.isEgress()))
                  .map(rule -> rule.securityGroupRuleId())
                  .toList();
          if (left.isEmpty()) {
            return Optional.of(true);
          }
          Ec2.unless(
              Set.of(".NotFound"),
              () ->
                  ec2.revokeSecurityGroupEgress(
                      r -> r.groupId(groupId).securityGroupRuleIds(left)));
          return Optional.empty();
        });
  }

  private static String users(AwsScope scope, String groupId) {
    String interfaces =
        Ec2.client(scope)
            .describeNetworkInterfacesPaginator(r -> r.filters(Ec2.filter("group-id", groupId)))
            .networkInterfaces()
            .stream()
            .limit(SHOWN_INTERFACES)
            .map(SecurityGroups::describe)
            .collect(Collectors.joining(", "));
    return interfaces.isEmpty()
        ? "rules of other groups or resources that EC2 does not name"
        : "network interfaces " + interfaces;
  }

  private static String describe(NetworkInterface used) {
    String by =
        used.attachment() != null && used.attachment().instanceId() != null
            ? "instance " + used.attachment().instanceId()
            : used.description();
    return used.networkInterfaceId()
        + " ("
        + used.statusAsString()
        + (by == null || by.isEmpty() ? "" : ", " + by)
        + ")";
  }
}
