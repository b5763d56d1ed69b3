package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

/**
 * The services that endpoints lead to: rows name them in short, EC2 as {@code
 * com.amazonaws.eu-west-1.s3}.
 */
final class EndpointServices {
  private static final Map<VpcEndpointType, Set<String>> SERVICES =
      Map.of(
          VpcEndpointType.GATEWAY,
          Set.of("dynamodb", "s3"),
          VpcEndpointType.INTERFACE,
          Set.of(
              "s3",
              "s3-global.accesspoint",
              "execute-api",
              "rds",
              "logs",
              "codebuild",
              "codedeploy",
              "codepipeline",
              "ec2",
              "ecr",
              "ecr.dkr",
              "ecs",
              "elasticloadbalancing",
              "elasticache",
              "lambda",
              "memory-db"));

  private static final Pattern FULL_NAME =
      Pattern.compile("(?:cn\\.)?com\\.amazonaws\\.(?:[a-z]{2}(?:-[a-z]+)+-[0-9]+\\.)?(.+)");

  /** ECR has two endpoints; the short name that says neither means the one for its API. */
  private static final Map<String, String> SYNONYMS = Map.of("ecr.api", "ecr");

  private EndpointServices() {}

  /** The short name of a service that the table knows. */
  static Optional<String> shortName(VpcEndpointType type, String fullName) {
    Matcher name = FULL_NAME.matcher(fullName);
    return name.matches()
        ? Optional.of(SYNONYMS.getOrDefault(name.group(1), name.group(1)))
            .filter(SERVICES.get(type)::contains)
        : Optional.empty();
  }

  /** The short names of the services that a region has, of those that the table knows; sorted. */
  static Set<String> of(AwsScope scope, VpcEndpointType type) {
    return details(scope, type)
        .flatMap(detail -> shortName(type, detail.serviceName()).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The service as the region offers it. */
  static ServiceDetail offered(AwsScope scope, VpcEndpointType type, String service) {
    return details(scope, type)
        .filter(detail -> shortName(type, detail.serviceName()).filter(service::equals).isPresent())
        .findFirst()
        .orElseThrow(
            () ->
                new CloudException(
                    new CloudFailure(
                        CloudFailure.Kind.INVALID_INPUT,
                        "InvalidServiceName",
                        "region "
                            + scope.region()
                            + " offers no "
                            + type
                            + " endpoint of "
                            + service,
                        ""),
                    null));
  }

  /** Page by page, as far as they are asked for: the SDK has no paginator for this call. */
  private static Stream<ServiceDetail> details(AwsScope scope, VpcEndpointType type) {
    Ec2Client ec2 = Ec2.client(scope);
    return Stream.iterate(
            ec2.describeVpcEndpointServices(),
            Objects::nonNull,
            page ->
                page.nextToken() == null || page.nextToken().isEmpty()
                    ? null
                    : ec2.describeVpcEndpointServices(r -> r.nextToken(page.nextToken())))
        .flatMap(page -> page.serviceDetails().stream())
        .filter(
            detail ->
                detail.serviceType().stream()
                    .anyMatch(t -> type.toString().equals(t.serviceTypeAsString())));
  }
}
