package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Filter;

final class AvailabilityZones implements CloudResource<AvailabilityZone> {

  @Override
  public Class<AvailabilityZone> type() {
    return AvailabilityZone.class;
  }

  @Override
  public Stream<AvailabilityZone> list(AwsScope scope) {
    return describe(scope, Ec2.filter("region-name", scope.region()));
  }

  @Override
  public Optional<AvailabilityZone> read(AwsScope scope, AvailabilityZone wanted) {
    if (wanted.name() == null) {
      return Optional.empty();
    }
    return describe(Ec2.at(scope, wanted.region()), Ec2.filter("zone-name", wanted.name()))
        .findFirst();
  }

  private static Stream<AvailabilityZone> describe(AwsScope scope, Filter filter) {
    return Ec2.client(scope)
        .describeAvailabilityZones(r -> r.filters(filter))
        .availabilityZones()
        .stream()
        .map(zone -> new AvailabilityZone(zone.zoneName(), scope.region()));
  }
}
