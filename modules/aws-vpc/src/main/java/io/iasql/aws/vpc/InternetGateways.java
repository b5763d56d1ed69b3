package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;
import software.amazon.awssdk.services.ec2.model.ResourceType;

final class InternetGateways extends Ec2Resource<InternetGateway>
    implements Updates<InternetGateway> {
  private static final Set<String> GOING = Set.of("detaching", "detached");

  @Override
  public Class<InternetGateway> type() {
    return InternetGateway.class;
  }

  @Override
  protected Stream<InternetGateway> describe(AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope)
        .describeInternetGatewaysPaginator(r -> r.filters(filters))
        .internetGateways()
        .stream()
        .map(gateway -> record(scope.region(), gateway));
  }

  @Override
  protected String idFilter() {
    return "internet-gateway-id";
  }

  @Override
  protected String id(InternetGateway gateway) {
    return gateway.internetGatewayId();
  }

  @Override
  protected String region(InternetGateway gateway) {
    return gateway.region();
  }

  @Override
  public Ownership ownership(InternetGateway gateway) {
    return gateway.vpc() != null && gateway.vpc().knownAsDefault()
        ? Ownership.PROTECTED
        : Ownership.OWN;
  }

  /** A VPC has one internet gateway at most (AttachInternetGateway). */
  @Override
  public boolean excludes(InternetGateway current, InternetGateway desired) {
    return Networks.sameVpc(current.vpc(), desired.vpc());
  }

  @Override
  public List<Problem> validate(InternetGateway desired, PlannedRows planned) {
    return Ec2Tags.problems(desired.internetGatewayId(), desired.tags());
  }

  @Override
  public InternetGateway create(AwsScope scope, InternetGateway desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id =
        Ec2.client(there)
            .createInternetGateway(
                r ->
                    r.tagSpecifications(
                        Ec2Tags.specification(
                            ResourceType.INTERNET_GATEWAY, desired.tags(), token)))
            .internetGateway()
            .internetGatewayId();
    InternetGateway created = await(there, id, SOON, gateway -> true);
    return desired.vpc() == null ? created : attach(there, created, desired.attachedTo());
  }

  @Override
  public InternetGateway update(AwsScope scope, InternetGateway current, InternetGateway desired) {
    AwsScope there = Ec2.at(scope, current.region());
    Ec2Client ec2 = Ec2.client(there);
    attach(there, current, desired.attachedTo());
    Ec2Tags.update(ec2, current.internetGatewayId(), current.tags(), desired.tags());
    return await(
        there,
        current.internetGatewayId(),
        SOON,
        gateway ->
            Objects.equals(gateway.attachedTo(), desired.attachedTo())
                && Objects.equals(gateway.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, InternetGateway current) {
    detach(scope, current);
    Ec2.client(scope).deleteInternetGateway(r -> r.internetGatewayId(current.internetGatewayId()));
  }

  /** Attaches the gateway to the VPC and to nothing else; to nothing where there is no VPC. */
  private InternetGateway attach(AwsScope scope, InternetGateway current, String vpcId) {
    String id = current.internetGatewayId();
    if (!Objects.equals(current.attachedTo(), vpcId)) {
      // Asked again: an earlier try may have detached or attached it already.
      InternetGateway now = byId(scope, id).orElse(current);
      if (!Objects.equals(now.attachedTo(), vpcId)) {
        Ec2.release("internet_gateway " + id, () -> detach(scope, now));
        if (vpcId != null) {
          Ec2.whenFree(
              "VPC " + vpcId + " to have no other internet gateway",
              () ->
                  Ec2.client(scope)
                      .attachInternetGateway(r -> r.internetGatewayId(id).vpcId(vpcId)),
              InternetGateways::hasAnother);
        }
      }
    }
    return await(scope, id, SOON, gateway -> Objects.equals(gateway.attachedTo(), vpcId));
  }

  /** EC2 has no code of its own for a VPC that another gateway is still attached to. */
  private static boolean hasAnother(Ec2Exception refusal) {
    return Ec2.code(refusal).equals("InvalidParameterValue")
        && refusal.awsErrorDetails().errorMessage() != null
        && refusal.awsErrorDetails().errorMessage().contains("already has an internet gateway");
  }

  private static void detach(AwsScope scope, InternetGateway gateway) {
    if (gateway.attachedTo() != null) {
      Ec2.unless(
          Set.of("Gateway.NotAttached", ".NotFound"),
          () ->
              Ec2.client(scope)
                  .detachInternetGateway(
                      r ->
                          r.internetGatewayId(gateway.internetGatewayId())
                              .vpcId(gateway.attachedTo())));
    }
  }

  private static InternetGateway record(
      String region, software.amazon.awssdk.services.ec2.model.InternetGateway gateway) {
    return new InternetGateway(
        gateway.internetGatewayId(),
        Ec2Tags.visible(gateway.tags()),
        region,
        gateway.attachments().stream()
            .filter(attachment -> !GOING.contains(attachment.stateAsString()))
            .findFirst()
            .map(InternetGatewayAttachment::vpcId)
            .map(vpcId -> Vpc.of(vpcId, region))
            .orElse(null));
  }
}
