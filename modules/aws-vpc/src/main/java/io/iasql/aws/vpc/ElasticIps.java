package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DomainType;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** A public NAT gateway without an address brings one along. */
final class ElasticIps extends Ec2Resource<ElasticIp>
    implements Updates<ElasticIp>, Companion<ElasticIp> {

  @Override
  public Class<ElasticIp> type() {
    return ElasticIp.class;
  }

  /** DescribeAddresses has no pages. */
  @Override
  protected Stream<ElasticIp> describe(AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope).describeAddresses(r -> r.filters(filters)).addresses().stream()
        .filter(address -> address.allocationId() != null)
        .map(
            address ->
                new ElasticIp(
                    address.allocationId(),
                    address.publicIp(),
                    Ec2Tags.visible(address.tags()),
                    scope.region()));
  }

  @Override
  protected String idFilter() {
    return "allocation-id";
  }

  @Override
  protected String id(ElasticIp address) {
    return address.allocationId();
  }

  @Override
  protected String region(ElasticIp address) {
    return address.region();
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(NatGateway.class);
  }

  @Override
  public Stream<ElasticIp> listOf(AwsScope scope, Record parent) {
    ElasticIp address = ((NatGateway) parent).elasticIp();
    return address == null ? Stream.empty() : read(scope, address).stream();
  }

  @Override
  public List<Problem> validate(ElasticIp desired, PlannedRows planned) {
    return Ec2Tags.problems(desired.allocationId(), desired.tags());
  }

  @Override
  public ElasticIp create(AwsScope scope, ElasticIp desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id = allocate(there, desired.tags(), token);
    return await(there, id, SOON, address -> true);
  }

  @Override
  public ElasticIp update(AwsScope scope, ElasticIp current, ElasticIp desired) {
    AwsScope there = Ec2.at(scope, current.region());
    String id = current.allocationId();
    Ec2Tags.update(Ec2.client(there), id, current.tags(), desired.tags());
    return await(there, id, SOON, address -> Objects.equals(address.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, ElasticIp current) {
    Ec2.client(scope).releaseAddress(r -> r.allocationId(current.allocationId()));
  }

  static String allocate(AwsScope scope, Map<String, String> tags, IdempotencyToken token) {
    return Ec2.client(scope)
        .allocateAddress(
            r ->
                r.domain(DomainType.VPC)
                    .tagSpecifications(Ec2Tags.specification(ResourceType.ELASTIC_IP, tags, token)))
        .allocationId();
  }
}
