package io.iasql.aws.vpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.aws.account.PolicySyntax;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Checks;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.PolicyDocuments;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;
import software.amazon.awssdk.services.ec2.model.UnsuccessfulItem;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

/** What gateway and interface endpoints have in common. Services that a table lacks are hidden. */
abstract class Endpoints<R extends Record> extends Ec2Resource<R> implements Updates<R>, Checks<R> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CHANGE_LIMIT = Duration.ofMinutes(10);
  private static final Set<String> USELESS = Set.of("failed", "rejected", "expired");

  private final VpcEndpointType kind;

  Endpoints(VpcEndpointType kind) {
    this.kind = kind;
  }

  /** The columns that all endpoints have. */
  record Common(
      String vpcEndpointId,
      String service,
      JsonNode policy,
      String state,
      Map<String, String> tags,
      String region,
      Vpc vpc) {}

  abstract Common common(R endpoint);

  abstract R record(Common common, VpcEndpoint endpoint);

  /** Completes a request for creation with what only this kind has. */
  abstract void creation(
      AwsScope scope, R desired, ServiceDetail service, CreateVpcEndpointRequest.Builder request);

  /** Completes a request for a change with what only this kind has; false when nothing differs. */
  abstract boolean change(R current, R desired, ModifyVpcEndpointRequest.Builder request);

  @Override
  protected Stream<R> describe(AwsScope scope, List<Filter> filters) {
    List<Filter> ofKind = new ArrayList<>(filters);
    ofKind.add(Ec2.filter("vpc-endpoint-type", kind.toString()));
    return describe(scope, r -> r.filters(ofKind));
  }

  @Override
  protected Optional<R> byId(AwsScope scope, String id) {
    return Ec2.ifThere(() -> describe(scope, r -> r.vpcEndpointIds(id)).findFirst());
  }

  private Stream<R> describe(
      AwsScope scope, Consumer<DescribeVpcEndpointsRequest.Builder> selection) {
    return Ec2.client(scope).describeVpcEndpointsPaginator(selection).vpcEndpoints().stream()
        .filter(endpoint -> kind.toString().equals(endpoint.vpcEndpointTypeAsString()))
        .filter(endpoint -> !"deleted".equals(state(endpoint)))
        .flatMap(
            endpoint ->
                EndpointServices.shortName(kind, endpoint.serviceName()).stream()
                    .map(service -> record(common(scope, service, endpoint), endpoint)));
  }

  @Override
  protected String idFilter() {
    return "vpc-endpoint-id";
  }

  @Override
  protected String id(R endpoint) {
    return common(endpoint).vpcEndpointId();
  }

  @Override
  protected String region(R endpoint) {
    return common(endpoint).region();
  }

  @Override
  protected Duration deletionLimit() {
    return CHANGE_LIMIT;
  }

  @Override
  public List<Problem> check(AwsScope scope, R desired) {
    String service = common(desired).service();
    Set<String> offered = EndpointServices.of(scope, kind);
    return service == null || offered.contains(service)
        ? List.of()
        : List.of(
            new Problem(
                "service",
                "Region %s has no %s endpoint of %s; it has %s."
                    .formatted(
                        scope.region(),
                        kind.toString().toLowerCase(Locale.ROOT),
                        service,
                        String.join(", ", offered))));
  }

  /** What is wrong with what all endpoints have. */
  List<Problem> commonProblems(R desired) {
    List<Problem> problems = new ArrayList<>(Ec2Tags.problems(id(desired), common(desired).tags()));
    problems.addAll(PolicySyntax.ofResource("policy", common(desired).policy()));
    return problems;
  }

  @Override
  public R create(AwsScope scope, R desired, IdempotencyToken token) {
    Common common = common(desired);
    AwsScope there = Ec2.at(scope, common.region());
    ServiceDetail service = EndpointServices.offered(there, kind, common.service());
    CreateVpcEndpointRequest.Builder request =
        CreateVpcEndpointRequest.builder()
            .vpcEndpointType(kind)
            .vpcId(common.vpc().vpcId())
            .serviceName(service.serviceName())
            .policyDocument(common.policy() == null ? null : common.policy().toString())
            .clientToken(token.value())
            .tagSpecifications(
                Ec2Tags.specification(ResourceType.VPC_ENDPOINT, common.tags(), token));
    creation(there, desired, service, request);
    return usable(
        there, Ec2.client(there).createVpcEndpoint(request.build()).vpcEndpoint().vpcEndpointId());
  }

  /** Completes what it finds: that an endpoint is pending is no difference in a row. */
  @Override
  public Optional<R> find(AwsScope scope, R desired, IdempotencyToken token) {
    return super.find(scope, desired, token)
        .map(found -> usable(Ec2.at(scope, region(desired)), id(found)));
  }

  /** The new endpoint once it is; one that has come to nothing is deleted. */
  private R usable(AwsScope scope, String id) {
    try {
      return settled(scope, id, endpoint -> true);
    } catch (CloudException failure) {
      if (USELESS.contains(failure.failure().code())) {
        Ec2.takeBack(
            failure, () -> Ec2.client(scope).deleteVpcEndpoints(r -> r.vpcEndpointIds(id)));
      }
      throw failure;
    }
  }

  @Override
  public R update(AwsScope scope, R current, R desired) {
    AwsScope there = Ec2.at(scope, region(current));
    String id = id(current);
    // Asked again: EC2 refuses to add what an earlier try has added.
    R now = byId(there, id).orElse(current);
    ModifyVpcEndpointRequest.Builder request = ModifyVpcEndpointRequest.builder().vpcEndpointId(id);
    JsonNode policy = common(desired).policy();
    boolean otherPolicy = !samePolicy(common(current).policy(), policy);
    if (otherPolicy && policy == null) {
      request.resetPolicy(true);
    } else if (otherPolicy) {
      request.policyDocument(policy.toString());
    }
    if (change(now, desired, request) || otherPolicy) {
      Ec2.client(there).modifyVpcEndpoint(request.build());
    }
    Ec2Tags.update(Ec2.client(there), id, common(current).tags(), common(desired).tags());
    return settled(
        there,
        id,
        endpoint ->
            !change(endpoint, desired, ModifyVpcEndpointRequest.builder())
                && showsPolicy(endpoint, current, policy)
                && Objects.equals(common(endpoint).tags(), common(desired).tags()));
  }

  @Override
  protected void remove(AwsScope scope, R current) {
    // This call reports refusals in its answer instead of as an exception.
    List<UnsuccessfulItem> refused =
        Ec2.client(scope).deleteVpcEndpoints(r -> r.vpcEndpointIds(id(current))).unsuccessful();
    refused.stream()
        .map(UnsuccessfulItem::error)
        .filter(error -> error != null && error.code() != null)
        .filter(error -> !error.code().endsWith("NotFound"))
        .findFirst()
        .ifPresent(
            error -> {
              throw new CloudException(
                  new CloudFailure(CloudFailure.Kind.CONFLICT, error.code(), error.message(), ""),
                  null);
            });
  }

  /** Whether a change of the policy is shown; what a reset leads to is not known beforehand. */
  private boolean showsPolicy(R endpoint, R before, JsonNode wanted) {
    JsonNode shown = common(endpoint).policy();
    return wanted == null
        || samePolicy(shown, wanted)
        || !samePolicy(shown, common(before).policy());
  }

  static List<String> minus(Collection<String> some, Collection<String> others) {
    return some.stream().filter(one -> !others.contains(one)).toList();
  }

  private R settled(AwsScope scope, String id, Predicate<R> expected) {
    R endpoint =
        await(
            scope, id, CHANGE_LIMIT, e -> !"pending".equals(common(e).state()) && expected.test(e));
    if (USELESS.contains(common(endpoint).state())) {
      throw new CloudException(
          new CloudFailure(
              CloudFailure.Kind.CONFLICT,
              common(endpoint).state(),
              "endpoint " + id + " is " + common(endpoint).state() + reason(scope, id),
              ""),
          null);
    }
    return endpoint;
  }

  private static String reason(AwsScope scope, String id) {
    return Ec2.client(scope)
        .describeVpcEndpointsPaginator(r -> r.vpcEndpointIds(id))
        .vpcEndpoints()
        .stream()
        .filter(e -> e.lastError() != null && e.lastError().message() != null)
        .map(e -> ": " + e.lastError().message())
        .findFirst()
        .orElse("");
  }

  private static Common common(AwsScope scope, String service, VpcEndpoint endpoint) {
    return new Common(
        endpoint.vpcEndpointId(),
        service,
        policy(endpoint.policyDocument()),
        state(endpoint),
        Ec2Tags.visible(endpoint.tags()),
        scope.region(),
        Vpc.of(endpoint.vpcId(), scope.region()));
  }

  /** EC2 writes states now as {@code available}, now as {@code Available}. */
  private static String state(VpcEndpoint endpoint) {
    String state = endpoint.stateAsString();
    return state == null || state.isEmpty()
        ? state
        : state.substring(0, 1).toLowerCase(Locale.ROOT) + state.substring(1);
  }

  private static JsonNode policy(String document) {
    if (document == null || document.isBlank()) {
      return null;
    }
    try {
      return JSON.readTree(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("EC2 answered with a policy that is no JSON", e);
    }
  }

  private static boolean samePolicy(JsonNode one, JsonNode other) {
    return Objects.equals(PolicyDocuments.canonical(one), PolicyDocuments.canonical(other));
  }
}
