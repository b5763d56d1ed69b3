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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** The first VPC of a region brings the region's default set along. */
final class DhcpOptionSets extends Ec2Resource<DhcpOptions>
    implements Updates<DhcpOptions>, Companion<DhcpOptions> {

  @Override
  public Class<DhcpOptions> type() {
    return DhcpOptions.class;
  }

  @Override
  protected Stream<DhcpOptions> describe(AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope)
        .describeDhcpOptionsPaginator(r -> r.filters(filters))
        .dhcpOptions()
        .stream()
        .map(
            options ->
                new DhcpOptions(
                    options.dhcpOptionsId(),
                    DhcpConfigurations.of(options.dhcpConfigurations()),
                    Ec2Tags.visible(options.tags()),
                    scope.region()));
  }

  @Override
  protected String idFilter() {
    return "dhcp-options-id";
  }

  @Override
  protected String id(DhcpOptions options) {
    return options.dhcpOptionsId();
  }

  @Override
  protected String region(DhcpOptions options) {
    return options.region();
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Vpc.class);
  }

  @Override
  public Stream<DhcpOptions> listOf(AwsScope scope, Record parent) {
    DhcpOptions options = ((Vpc) parent).dhcpOptions();
    return options == null ? Stream.empty() : read(scope, options).stream();
  }

  @Override
  public List<Problem> validate(DhcpOptions desired, PlannedRows planned) {
    List<Problem> problems =
        new ArrayList<>(DhcpConfigurations.problems(desired.dhcpConfigurations()));
    problems.addAll(Ec2Tags.problems(desired.dhcpOptionsId(), desired.tags()));
    return problems;
  }

  @Override
  public DhcpOptions create(AwsScope scope, DhcpOptions desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id =
        Ec2.client(there)
            .createDhcpOptions(
                r ->
                    r.dhcpConfigurations(DhcpConfigurations.toSdk(desired.dhcpConfigurations()))
                        .tagSpecifications(
                            Ec2Tags.specification(
                                ResourceType.DHCP_OPTIONS, desired.tags(), token)))
            .dhcpOptions()
            .dhcpOptionsId();
    DhcpOptions created = await(there, id, SOON, options -> true);
    // Not every endpoint that speaks EC2's API heeds the tags of this call.
    return Objects.equals(created.tags(), desired.tags())
        ? created
        : update(there, created, withTags(created, desired.tags()));
  }

  @Override
  public DhcpOptions update(AwsScope scope, DhcpOptions current, DhcpOptions desired) {
    AwsScope there = Ec2.at(scope, current.region());
    String id = current.dhcpOptionsId();
    Ec2Tags.update(Ec2.client(there), id, current.tags(), desired.tags());
    return await(there, id, SOON, options -> Objects.equals(options.tags(), desired.tags()));
  }

  private static DhcpOptions withTags(DhcpOptions options, Map<String, String> tags) {
    return new DhcpOptions(
        options.dhcpOptionsId(), options.dhcpConfigurations(), tags, options.region());
  }

  @Override
  protected void remove(AwsScope scope, DhcpOptions current) {
    Ec2.client(scope).deleteDhcpOptions(r -> r.dhcpOptionsId(current.dhcpOptionsId()));
  }
}
