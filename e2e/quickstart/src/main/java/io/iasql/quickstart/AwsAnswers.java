package io.iasql.quickstart;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * What AWS says about an account, asked by the SDK: neither the operator nor its database takes
 * part.
 */
final class AwsAnswers implements AutoCloseable {
  private final URI endpoint;
  private final AwsCredentialsProvider credentials;
  private final List<String> regions;
  private final SdkHttpClient http = ApacheHttpClient.create();

  /**
   * @param account an account of an emulator that takes an access key's id for the account
   * @param regions where to ask
   */
  AwsAnswers(URI endpoint, String account, Collection<String> regions) {
    this.endpoint = endpoint;
    this.credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(account, "none"));
    this.regions = List.copyOf(regions);
  }

  /** The services of AWS that this class can ask. */
  private enum Service {
    S3("no bucket", "bucket", "bucket_website", "bucket_object", "public_access_block"),
    SQS("no queue", "queue"),
    IAM("no user and no role", "iam_user", "access_key", "iam_role"),
    EC2(
        "no VPC but the default one",
        "vpc",
        "subnet",
        "internet_gateway",
        "nat_gateway",
        "elastic_ip",
        "route_table",
        "route_table_association",
        "route",
        "endpoint_gateway",
        "endpoint_interface",
        "endpoint_interface_subnets",
        "security_group",
        "security_group_rule",
        "network_acl",
        "dhcp_options",
        "peering_connection");

    private final String nothing;
    private final Set<String> tables;

    Service(String nothing, String... tables) {
      this.nothing = nothing;
      this.tables = Set.of(tables);
    }
  }

  /** What the services behind these tables say, line by line. */
  List<String> about(Collection<String> tables) {
    List<String> lines = new ArrayList<>();
    for (Service service : Service.values()) {
      if (tables.stream().anyMatch(service.tables::contains)) {
        List<String> answers = ask(service);
        lines.addAll(answers.isEmpty() ? List.of(service + ": " + service.nothing) : answers);
      }
    }
    return lines;
  }

  /** What all services say. */
  List<String> aboutAll() {
    return Arrays.stream(Service.values()).flatMap(service -> ask(service).stream()).toList();
  }

  private List<String> ask(Service service) {
    try {
      return switch (service) {
        case S3 -> askBuckets();
        case SQS -> regions.stream().flatMap(this::askQueues).toList();
        case IAM -> askIdentities();
        case EC2 -> regions.stream().flatMap(this::askNetworks).toList();
      };
    } catch (SdkException e) {
      throw new QuickstartException(
          "AWS at " + endpoint + " does not say what it has: " + e.getMessage(), e);
    }
  }

  private List<String> askBuckets() {
    try (S3Client s3 = connect(S3Client.builder().forcePathStyle(true), regions.get(0)).build()) {
      return new BucketAnswers(s3).lines();
    }
  }

  private Stream<String> askQueues(String region) {
    try (SqsClient sqs = connect(SqsClient.builder(), region).build()) {
      return new QueueAnswers(sqs).lines(region).stream();
    }
  }

  private Stream<String> askNetworks(String region) {
    try (Ec2Client ec2 = connect(Ec2Client.builder(), region).build()) {
      return new NetworkAnswers(ec2).lines(region).stream();
    }
  }

  private List<String> askIdentities() {
    try (IamClient iam = connect(IamClient.builder(), "aws-global").build()) {
      return Stream.concat(
              iam.listUsersPaginator().users().stream().map(user -> "IAM: user " + user.arn()),
              iam.listRolesPaginator().roles().stream()
                  .filter(role -> !role.path().startsWith("/aws-service-role/"))
                  .map(role -> "IAM: role " + role.arn()))
          .toList();
    }
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B connect(
      B builder, String region) {
    return builder
        .endpointOverride(endpoint)
        .credentialsProvider(credentials)
        .region(Region.of(region))
        .httpClient(http);
  }

  @Override
  public void close() {
    http.close();
  }
}
