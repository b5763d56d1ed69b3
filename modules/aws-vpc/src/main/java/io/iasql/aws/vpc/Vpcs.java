package io.iasql.aws.vpc;

import io.iasql.aws.account.Details;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.VpcAttributeName;

final class Vpcs extends Ec2Resource<Vpc> implements Updates<Vpc> {
  /** What AssociateDhcpOptions calls having no set at all. */
  private static final String NO_DHCP_OPTIONS = "default";

  @Override
  public Class<Vpc> type() {
    return Vpc.class;
  }

  @Override
  protected Stream<Vpc> describe(AwsScope scope, List<Filter> filters) {
    Ec2Client ec2 = Ec2.client(scope);
    return Details.of(
        ec2.describeVpcsPaginator(r -> r.filters(filters)).vpcs().stream(),
        vpc -> record(ec2, scope.region(), vpc));
  }

  @Override
  protected String idFilter() {
    return "vpc-id";
  }

  @Override
  protected String id(Vpc vpc) {
    return vpc.vpcId();
  }

  @Override
  protected String region(Vpc vpc) {
    return vpc.region();
  }

  @Override
  public Ownership ownership(Vpc vpc) {
    return vpc.knownAsDefault() ? Ownership.PROTECTED : Ownership.OWN;
  }

  @Override
  public List<Problem> validate(Vpc desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    Networks.blockProblem("cidr_block", desired.cidrBlock()).ifPresent(problems::add);
    if (desired.vpcId() == null && desired.knownAsDefault()) {
      problems.add(
          new Problem("is_default", "AWS makes default VPCs; a VPC inserted here cannot be one."));
    }
    problems.addAll(Ec2Tags.problems(desired.vpcId(), desired.tags()));
    return problems;
  }

  @Override
  public Vpc create(AwsScope scope, Vpc desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id =
        Ec2.client(there)
            .createVpc(
                r ->
                    r.cidrBlock(desired.cidrBlock())
                        .tagSpecifications(
                            Ec2Tags.specification(ResourceType.VPC, desired.tags(), token)))
            .vpc()
            .vpcId();
    Vpc created = await(there, id, SOON, vpc -> !"pending".equals(vpc.state()));
    changeFlags(there, created, desired);
    if (desired.dhcpOptions() != null) {
      changeDhcpOptions(there, created, desired);
    }
    return await(
        there,
        id,
        SOON,
        vpc ->
            hasFlags(vpc, desired)
                && (desired.dhcpOptions() == null
                    || Objects.equals(dhcpOptionsId(vpc), dhcpOptionsId(desired))));
  }

  @Override
  public Vpc update(AwsScope scope, Vpc current, Vpc desired) {
    AwsScope there = Ec2.at(scope, current.region());
    changeFlags(there, current, desired);
    changeDhcpOptions(there, current, desired);
    Ec2Tags.update(Ec2.client(there), current.vpcId(), current.tags(), desired.tags());
    return await(
        there,
        current.vpcId(),
        SOON,
        vpc ->
            hasFlags(vpc, desired)
                && Objects.equals(dhcpOptionsId(vpc), dhcpOptionsId(desired))
                && Objects.equals(vpc.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, Vpc current) {
    Ec2.client(scope).deleteVpc(r -> r.vpcId(current.vpcId()));
  }

  /** A reference to the default VPC of the region, where it has one. */
  static Optional<Vpc> defaultOf(AwsScope scope) {
    return Ec2.client(scope)
        .describeVpcsPaginator(r -> r.filters(Ec2.filter("is-default", "true")))
        .vpcs()
        .stream()
        .findFirst()
        .map(vpc -> Vpc.of(vpc.vpcId(), scope.region()));
  }

  private static void changeFlags(AwsScope scope, Vpc current, Vpc desired) {
    Ec2Client ec2 = Ec2.client(scope);
    // Host names can only be enabled while DNS support is: enable it before, disable it after.
    boolean supportLast = Boolean.FALSE.equals(desired.enableDnsSupport());
    Runnable support =
        () ->
            setFlag(
                ec2,
                current,
                current.enableDnsSupport(),
                desired.enableDnsSupport(),
                ModifyVpcAttributeRequest.Builder::enableDnsSupport);
    if (!supportLast) {
      support.run();
    }
    setFlag(
        ec2,
        current,
        current.enableDnsHostnames(),
        desired.enableDnsHostnames(),
        ModifyVpcAttributeRequest.Builder::enableDnsHostnames);
    if (supportLast) {
      support.run();
    }
    setFlag(
        ec2,
        current,
        current.enableNetworkAddressUsageMetrics(),
        desired.enableNetworkAddressUsageMetrics(),
        ModifyVpcAttributeRequest.Builder::enableNetworkAddressUsageMetrics);
  }

  /** ModifyVpcAttribute takes one attribute per call. */
  private static void setFlag(
      Ec2Client ec2,
      Vpc vpc,
      Boolean current,
      Boolean desired,
      BiConsumer<ModifyVpcAttributeRequest.Builder, AttributeBooleanValue> attribute) {
    if (desired == null || desired.equals(current)) {
      return;
    }
    ec2.modifyVpcAttribute(
        r -> {
          r.vpcId(vpc.vpcId());
          attribute.accept(r, AttributeBooleanValue.builder().value(desired).build());
        });
  }

  private static boolean hasFlags(Vpc vpc, Vpc desired) {
    return agrees(vpc.enableDnsHostnames(), desired.enableDnsHostnames())
        && agrees(vpc.enableDnsSupport(), desired.enableDnsSupport())
        && agrees(
            vpc.enableNetworkAddressUsageMetrics(), desired.enableNetworkAddressUsageMetrics());
  }

  private static boolean agrees(Boolean actual, Boolean desired) {
    return desired == null || desired.equals(actual);
  }

  private static void changeDhcpOptions(AwsScope scope, Vpc current, Vpc desired) {
    String wanted = dhcpOptionsId(desired);
    if (!Objects.equals(dhcpOptionsId(current), wanted)) {
      Ec2.client(scope)
          .associateDhcpOptions(
              r ->
                  r.vpcId(current.vpcId())
                      .dhcpOptionsId(Objects.requireNonNullElse(wanted, NO_DHCP_OPTIONS)));
    }
  }

  private static String dhcpOptionsId(Vpc vpc) {
    return vpc.dhcpOptions() == null ? null : vpc.dhcpOptions().dhcpOptionsId();
  }

  private static Optional<Vpc> record(
      Ec2Client ec2, String region, software.amazon.awssdk.services.ec2.model.Vpc vpc) {
    String dhcp = vpc.dhcpOptionsId();
    return Ec2.ifThere(
        () ->
            Optional.of(
                new Vpc(
                    vpc.vpcId(),
                    vpc.cidrBlock(),
                    vpc.stateAsString(),
                    Boolean.TRUE.equals(vpc.isDefault()),
                    flag(
                        attribute(ec2, vpc.vpcId(), VpcAttributeName.ENABLE_DNS_HOSTNAMES)
                            .enableDnsHostnames()),
                    flag(
                        attribute(ec2, vpc.vpcId(), VpcAttributeName.ENABLE_DNS_SUPPORT)
                            .enableDnsSupport()),
                    flag(
                        attribute(
                                ec2,
                                vpc.vpcId(),
                                VpcAttributeName.ENABLE_NETWORK_ADDRESS_USAGE_METRICS)
                            .enableNetworkAddressUsageMetrics()),
                    Ec2Tags.visible(vpc.tags()),
                    region,
                    dhcp == null || dhcp.equals(NO_DHCP_OPTIONS)
                        ? null
                        : DhcpOptions.of(dhcp, region))));
  }

  private static DescribeVpcAttributeResponse attribute(
      Ec2Client ec2, String vpcId, VpcAttributeName name) {
    return ec2.describeVpcAttribute(r -> r.vpcId(vpcId).attribute(name));
  }

  private static Boolean flag(AttributeBooleanValue value) {
    return value != null && Boolean.TRUE.equals(value.value());
  }
}
