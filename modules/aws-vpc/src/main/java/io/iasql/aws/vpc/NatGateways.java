package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NatGatewayAddress;
import software.amazon.awssdk.services.ec2.model.ResourceType;

final class NatGateways extends Ec2Resource<NatGateway> implements Updates<NatGateway> {
  private static final Duration STARTING_LIMIT = Duration.ofMinutes(10);
  private static final Duration STOPPING_LIMIT = Duration.ofMinutes(15);
  private static final String PENDING = "pending";
  private static final String DELETED = "deleted";
  private static final String FAILED = "failed";

  @Override
  public Class<NatGateway> type() {
    return NatGateway.class;
  }

  @Override
  protected Stream<NatGateway> describe(AwsScope scope, List<Filter> filters) {
    return gateways(scope, filters).map(gateway -> record(scope.region(), gateway));
  }

  @Override
  protected String idFilter() {
    return "nat-gateway-id";
  }

  @Override
  protected String id(NatGateway gateway) {
    return gateway.natGatewayId();
  }

  @Override
  protected String region(NatGateway gateway) {
    return gateway.region();
  }

  @Override
  protected Optional<NatGateway> byIdentity(AwsScope scope, NatGateway wanted) {
    String allocationId = allocationId(wanted);
    return allocationId == null
        ? Optional.empty()
        : describe(scope, List.of())
            .filter(gateway -> allocationId.equals(allocationId(gateway)))
            .findFirst();
  }

  /** A public gateway in a VPC without an internet gateway fails. */
  @Override
  public Set<Class<? extends Record>> after() {
    return Set.of(InternetGateway.class);
  }

  @Override
  public List<Problem> validate(NatGateway desired, PlannedRows planned) {
    List<Problem> problems =
        new ArrayList<>(Ec2Tags.problems(desired.natGatewayId(), desired.tags()));
    if (!desired.isPublic() && desired.elasticIp() != null) {
      problems.add(
          new Problem(
              "elastic_ip_id",
              "Only a gateway with connectivity_type 'public' takes an Elastic IP: set"
                  + " elastic_ip_id to NULL."));
    }
    return problems;
  }

  @Override
  public NatGateway create(AwsScope scope, NatGateway desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    boolean bringsAddress = bringsAddress(desired);
    String allocationId =
        bringsAddress ? allocateOnce(there, desired, token) : allocationId(desired);
    String id;
    try {
      id =
          Ec2.client(there)
              .createNatGateway(
                  r ->
                      r.subnetId(desired.subnet().subnetId())
                          .connectivityType(desired.connectivityType())
                          .allocationId(allocationId)
                          .clientToken(token.value())
                          .tagSpecifications(
                              Ec2Tags.specification(
                                  ResourceType.NATGATEWAY, desired.tags(), token)))
              .natGateway()
              .natGatewayId();
    } catch (Ec2Exception refusal) {
      // Nobody would know of the address; where the outcome is open, a later try takes it up.
      if (bringsAddress && refusal.statusCode() < 500 && !refusal.isThrottlingException()) {
        giveBack(there, allocationId, refusal);
      }
      throw refusal;
    }
    return started(there, id, bringsAddress ? allocationId : null);
  }

  /** Waits for what it finds: nothing can be routed through a gateway that is pending. */
  @Override
  public Optional<NatGateway> find(AwsScope scope, NatGateway desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    return super.find(scope, desired, token)
        .map(
            found ->
                started(
                    there,
                    found.natGatewayId(),
                    bringsAddress(desired) ? allocated(there, token).orElse(null) : null));
  }

  /**
   * The gateway once it works. One that has failed is taken back with the address that it brought
   * along: EC2 shows it for about an hour, and nobody would know of the address.
   */
  private NatGateway started(AwsScope scope, String id, String broughtAddress) {
    NatGateway gateway = await(scope, id, STARTING_LIMIT, seen -> !PENDING.equals(seen.state()));
    if (!FAILED.equals(gateway.state())) {
      return gateway;
    }
    CloudException failure = failure(scope, id);
    Ec2.takeBack(failure, () -> Ec2.unless(Set.of(".NotFound"), () -> remove(scope, gateway)));
    if (broughtAddress != null) {
      giveBack(scope, broughtAddress, failure);
    }
    throw failure;
  }

  private static boolean bringsAddress(NatGateway desired) {
    return desired.isPublic() && desired.elasticIp() == null;
  }

  @Override
  public NatGateway update(AwsScope scope, NatGateway current, NatGateway desired) {
    AwsScope there = Ec2.at(scope, current.region());
    String id = current.natGatewayId();
    Ec2Tags.update(Ec2.client(there), id, current.tags(), desired.tags());
    return await(there, id, SOON, gateway -> Objects.equals(gateway.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, NatGateway current) {
    Ec2.client(scope).deleteNatGateway(r -> r.natGatewayId(current.natGatewayId()));
  }

  @Override
  protected Duration deletionLimit() {
    return STOPPING_LIMIT;
  }

  /** The address that an earlier try of this action has allocated, or a new one. */
  private static String allocateOnce(AwsScope scope, NatGateway desired, IdempotencyToken token) {
    return allocated(scope, token)
        .orElseGet(() -> ElasticIps.allocate(scope, desired.tags(), token));
  }

  private static Optional<String> allocated(AwsScope scope, IdempotencyToken token) {
    return Ec2Tags.markedWith(Ec2.client(scope), token)
        .filter(id -> id.startsWith("eipalloc-"))
        .findFirst();
  }

  private static void giveBack(AwsScope scope, String allocationId, RuntimeException failure) {
    Ec2.takeBack(
        failure,
        () ->
            Ec2.release(
                "address " + allocationId,
                () -> Ec2.client(scope).releaseAddress(r -> r.allocationId(allocationId))));
  }

  private static CloudException failure(AwsScope scope, String id) {
    return gateways(scope, List.of(Ec2.filter("nat-gateway-id", id)))
        .findFirst()
        .map(
            gateway ->
                new CloudException(
                    new CloudFailure(
                        CloudFailure.Kind.CONFLICT,
                        gateway.failureCode(),
                        "NAT gateway " + id + " failed: " + gateway.failureMessage(),
                        ""),
                    null))
        .orElseGet(
            () ->
                new CloudException(
                    new CloudFailure(
                        CloudFailure.Kind.CONFLICT, FAILED, "NAT gateway " + id + " failed", ""),
                    null));
  }

  private static Stream<software.amazon.awssdk.services.ec2.model.NatGateway> gateways(
      AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope)
        .describeNatGatewaysPaginator(r -> r.filter(filters))
        .natGateways()
        .stream()
        .filter(gateway -> !DELETED.equals(gateway.stateAsString()) && gateway.subnetId() != null);
  }

  private static String allocationId(NatGateway gateway) {
    return gateway.elasticIp() == null ? null : gateway.elasticIp().allocationId();
  }

  private static NatGateway record(
      String region, software.amazon.awssdk.services.ec2.model.NatGateway gateway) {
    return new NatGateway(
        gateway.natGatewayId(),
        gateway.connectivityType() == null ? "public" : gateway.connectivityTypeAsString(),
        gateway.stateAsString(),
        Ec2Tags.visible(gateway.tags()),
        region,
        Subnet.of(gateway.subnetId(), region),
        // A failed gateway names an address that it does not hold.
        Optional.of(gateway.natGatewayAddresses())
            .filter(addresses -> !FAILED.equals(gateway.stateAsString()))
            .flatMap(NatGateways::primaryAddress)
            .map(allocationId -> ElasticIp.of(allocationId, region))
            .orElse(null));
  }

  private static Optional<String> primaryAddress(List<NatGatewayAddress> addresses) {
    return addresses.stream()
        .filter(address -> address.allocationId() != null)
        .sorted((a, b) -> Boolean.compare(isPrimary(b), isPrimary(a)))
        .map(NatGatewayAddress::allocationId)
        .findFirst();
  }

  private static boolean isPrimary(NatGatewayAddress address) {
    return Boolean.TRUE.equals(address.isPrimary());
  }
}
