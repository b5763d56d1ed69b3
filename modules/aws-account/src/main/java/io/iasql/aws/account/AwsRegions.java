package io.iasql.aws.account;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The regions of the account: EC2's {@code DescribeRegions}, and those the connection names. */
final class AwsRegions implements CloudResource<AwsRegion> {
  @Override
  public Class<AwsRegion> type() {
    return AwsRegion.class;
  }

  @Override
  public Stream<AwsRegion> list(AwsScope scope) {
    TreeSet<String> names = new TreeSet<>(scope.regions());
    names.addAll(EnabledRegions.of(scope.client(Ec2Client.class)));
    return names.stream()
        .map(
            name ->
                new AwsRegion(
                    name, name.equals(scope.defaultRegion()), scope.regions().contains(name)));
  }

  @Override
  public Optional<AwsRegion> read(AwsScope scope, AwsRegion wanted) {
    return wanted.region() == null
        ? Optional.empty()
        : list(scope).filter(r -> r.region().equals(wanted.region())).findFirst();
  }
}
