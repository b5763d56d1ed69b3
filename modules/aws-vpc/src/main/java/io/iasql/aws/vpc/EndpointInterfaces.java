package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.spi.AwsScope;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.DnsOptionsSpecification;
import software.amazon.awssdk.services.ec2.model.IpAddressType;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

final class EndpointInterfaces extends Endpoints<EndpointInterface> {
  /** The services with gateway endpoints that have private names for interface endpoints, too. */
  private static final Set<String> BOTH_KINDS = Set.of("s3");

  EndpointInterfaces() {
    super(VpcEndpointType.INTERFACE);
  }

  @Override
  public Class<EndpointInterface> type() {
    return EndpointInterface.class;
  }

  @Override
  Common common(EndpointInterface endpoint) {
    return new Common(
        endpoint.vpcEndpointId(),
        endpoint.service(),
        endpoint.policy(),
        endpoint.state(),
        endpoint.tags(),
        endpoint.region(),
        endpoint.vpc());
  }

  @Override
  EndpointInterface record(Common common, VpcEndpoint endpoint) {
    return new EndpointInterface(
        common.vpcEndpointId(),
        common.service(),
        common.policy(),
        common.state(),
        Boolean.TRUE.equals(endpoint.privateDnsEnabled()),
        endpoint.dnsOptions() == null ? null : endpoint.dnsOptions().dnsRecordIpTypeAsString(),
        common.tags(),
        common.region(),
        common.vpc(),
        endpoint.subnetIds().stream()
            .sorted()
            .map(id -> new EndpointInterfaceSubnet(Subnet.of(id, common.region())))
            .toList());
  }

  /** Without a list of its own an endpoint gets subnets that are there. */
  @Override
  public Set<Class<? extends Record>> after() {
    return Set.of(Subnet.class);
  }

  @Override
  public List<Problem> validate(EndpointInterface desired, PlannedRows planned) {
    List<Problem> problems = commonProblems(desired);
    Vpc vpc = desired.vpc();
    if (desired.vpcEndpointId() == null
        && Boolean.TRUE.equals(desired.privateDnsEnabled())
        && vpc != null
        && (Boolean.FALSE.equals(vpc.enableDnsSupport())
            || Boolean.FALSE.equals(vpc.enableDnsHostnames()))) {
      problems.add(
          new Problem(
              "private_dns_enabled",
              "private_dns_enabled needs enable_dns_support and enable_dns_hostnames of VPC "
                  + Networks.name(vpc)
                  + "."));
    }
    Map<String, Subnet> byZone = new TreeMap<>();
    for (EndpointInterfaceSubnet child : desired.subnets()) {
      Subnet subnet = child.subnet();
      Networks.otherVpcProblem("", "subnet " + name(subnet), subnet.vpc(), vpc)
          .ifPresent(problems::add);
      if (subnet.availabilityZone() != null) {
        Subnet other = byZone.putIfAbsent(subnet.availabilityZone().name(), subnet);
        if (other != null) {
          problems.add(
              new Problem(
                  "",
                  "Subnets "
                      + name(other)
                      + " and "
                      + name(subnet)
                      + " are both in "
                      + subnet.availabilityZone().name()
                      + "; an interface endpoint takes one subnet per zone."));
        }
      }
    }
    return problems;
  }

  @Override
  void creation(
      AwsScope scope,
      EndpointInterface desired,
      ServiceDetail service,
      CreateVpcEndpointRequest.Builder request) {
    request
        .subnetIds(
            desired.subnets().isEmpty()
                ? onePerZone(scope, desired.vpc().vpcId(), service.availabilityZones())
                : desired.subnetIds())
        .privateDnsEnabled(Boolean.TRUE.equals(desired.privateDnsEnabled()));
    String records = desired.dnsNameRecordType();
    boolean ownDns = opensPrivateDns(desired, null);
    if (records != null || ownDns) {
      request.dnsOptions(dnsOptions(records, ownDns));
    }
    if (records != null) {
      request.ipAddressType(ipAddressType(records));
    }
  }

  @Override
  boolean change(
      EndpointInterface current,
      EndpointInterface desired,
      ModifyVpcEndpointRequest.Builder request) {
    List<String> add = minus(desired.subnetIds(), current.subnetIds());
    List<String> remove = minus(current.subnetIds(), desired.subnetIds());
    request
        .addSubnetIds(add.isEmpty() ? null : add)
        .removeSubnetIds(remove.isEmpty() ? null : remove);
    boolean changed = !add.isEmpty() || !remove.isEmpty();
    boolean wantsDns = Boolean.TRUE.equals(desired.privateDnsEnabled());
    if (wantsDns != Boolean.TRUE.equals(current.privateDnsEnabled())) {
      request.privateDnsEnabled(wantsDns);
      changed = true;
    }
    String records = desired.dnsNameRecordType();
    boolean otherRecords = records != null && !Objects.equals(records, current.dnsNameRecordType());
    boolean ownDns = opensPrivateDns(desired, current);
    if (otherRecords || ownDns) {
      request.dnsOptions(dnsOptions(otherRecords ? records : null, ownDns));
    }
    if (otherRecords) {
      request.ipAddressType(ipAddressType(records));
      changed = true;
    }
    return changed;
  }

  /**
   * Whether the names of a service that has gateway endpoints, too, become private: EC2 would leave
   * the VPC's own traffic to a gateway endpoint, and refuses where there is none (VPC User Guide,
   * "Private DNS" of Amazon S3).
   */
  private static boolean opensPrivateDns(EndpointInterface desired, EndpointInterface current) {
    return BOTH_KINDS.contains(desired.service())
        && Boolean.TRUE.equals(desired.privateDnsEnabled())
        && (current == null || !Boolean.TRUE.equals(current.privateDnsEnabled()));
  }

  private static DnsOptionsSpecification dnsOptions(String records, boolean ownDns) {
    return DnsOptionsSpecification.builder()
        .dnsRecordIpType(records)
        .privateDnsOnlyForInboundResolverEndpoint(ownDns ? false : null)
        .build();
  }

  /** Records of a kind need addresses of that kind; null leaves the addresses as they are. */
  private static IpAddressType ipAddressType(String records) {
    return switch (records) {
      case "ipv4" -> IpAddressType.IPV4;
      case "ipv6" -> IpAddressType.IPV6;
      case "dualstack" -> IpAddressType.DUALSTACK;
      default -> null;
    };
  }

  private static List<String> onePerZone(AwsScope scope, String vpcId, List<String> zones) {
    Map<String, String> byZone = new TreeMap<>();
    Ec2.client(scope)
        .describeSubnetsPaginator(r -> r.filters(Ec2.filter("vpc-id", vpcId)))
        .subnets()
        .stream()
        .filter(subnet -> zones.isEmpty() || zones.contains(subnet.availabilityZone()))
        .forEach(
            subnet ->
                byZone.merge(
                    subnet.availabilityZone(),
                    subnet.subnetId(),
                    (a, b) -> a.compareTo(b) <= 0 ? a : b));
    return List.copyOf(byZone.values());
  }

  private static String name(Subnet subnet) {
    return subnet.subnetId() == null
        ? subnet.cidrBlock()
        : subnet.subnetId() + " (" + subnet.cidrBlock() + ")";
  }
}
