package io.iasql.peers.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.peers.AwsEmulator;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.EmulatorClients;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Vpc;
import software.amazon.awssdk.services.ec2.model.VpcState;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.SqsException;

class FaultsIT {
  private final Faults faults = Faults.seeded(42);
  private final AwsPeer peer = AwsPeer.shared();
  private final AwsPeer.Account account = peer.newAccount();
  private final EmulatorClients clients = new EmulatorClients(peer, account, faults.interceptors());
  private final SqsClient sqs = clients.build(SqsClient.builder());
  private final S3Client s3 = clients.build(S3Client.builder());
  private final Ec2Client ec2 = clients.build(Ec2Client.builder());
  private final IamClient iam = clients.build(IamClient.builder());

  @AfterEach
  void close() {
    Set.<SdkClient>of(sqs, s3, ec2, iam).forEach(SdkClient::close);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"CRASH_BEFORE", "CRASH_AFTER"},
      mode = EnumSource.Mode.EXCLUDE)
  void shouldBeRetriedByTheSdk(Fault fault) {
    faults.on("CreateQueue").fail(fault, 2);
    faults.on("CreateVpc").fail(fault, 2);
    faults.on("CreateBucket").fail(fault, 1);
    faults.on("CreateRole").fail(fault, 1);

    sqs.createQueue(queue -> queue.queueName("orders"));
    ec2.createVpc(vpc -> vpc.cidrBlock("10.9.0.0/16"));
    s3.createBucket(bucket -> bucket.bucket("retried-" + account.id()));

    int calls = fault.reachesService ? 3 : 1;
    assertThat(faults.attempts("CreateQueue")).isEqualTo(3);
    assertThat(faults.reached("CreateQueue")).isEqualTo(calls);
    assertThat(faults.injected("CreateQueue", fault)).isEqualTo(2);
    assertThat(faults.reached("CreateVpc")).isEqualTo(calls);
    assertThat(
            ec2.describeVpcs().vpcs().stream()
                .filter(vpc -> vpc.cidrBlock().equals("10.9.0.0/16"))
                .count())
        .as("what a retry without idempotency does")
        .isEqualTo(calls);
  }

  @Test
  void shouldAnswerErrorsThatClientsUnderstand() {
    faults.on("CreateQueue").failAfterEffect(9);
    faults.on("CreateVpc").failAfterEffect(9);
    faults.on("CreateBucket").failAfterEffect(9);
    faults.on("CreateRole").failAfterEffect(9);

    assertInternalFailure(() -> sqs.createQueue(q -> q.queueName("a")), SqsException.class);
    assertInternalFailure(() -> ec2.createVpc(v -> v.cidrBlock("10.1.0.0/16")), Ec2Exception.class);
    assertInternalFailure(
        () -> s3.createBucket(b -> b.bucket("failing-" + account.id())), S3Exception.class);
    assertInternalFailure(
        () -> iam.createRole(r -> r.roleName("r").assumeRolePolicyDocument("{}")),
        AwsServiceException.class);
    faults.calm();
    assertThat(s3.listBuckets().buckets())
        .as("it took effect")
        .extracting(Bucket::name)
        .containsExactly("failing-" + account.id());
  }

  private static void assertInternalFailure(
      ThrowingCallable call, Class<? extends AwsServiceException> type) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            type,
            failure -> {
              assertThat(failure.statusCode()).isEqualTo(500);
              assertThat(failure.awsErrorDetails().errorCode()).isEqualTo("InternalFailure");
              assertThat(failure.requestId()).isEqualTo("injected-fault");
            });
  }

  @Test
  void shouldLetTheCallerDieWithoutARetry() {
    faults.on("CreateQueue").fail(Fault.CRASH_BEFORE, 1).fail(Fault.CRASH_AFTER, 1);

    assertThatThrownBy(() -> sqs.createQueue(queue -> queue.queueName("orders")))
        .isInstanceOf(InjectedCrash.class);
    assertThat(sqs.listQueues().queueUrls()).isEmpty();
    assertThatThrownBy(() -> sqs.createQueue(queue -> queue.queueName("orders")))
        .isInstanceOf(InjectedCrash.class);
    assertThat(sqs.listQueues().queueUrls()).hasSize(1);
    assertThat(faults.attempts("CreateQueue")).isEqualTo(2);
  }

  @Test
  void shouldAnswerAsBeforeTheWrite() {
    String url = sqs.createQueue(queue -> queue.queueName("orders")).queueUrl();
    faults.on("GetQueueAttributes").staleReads(2);
    String before = visibility(url);

    sqs.setQueueAttributes(
        queue -> queue.queueUrl(url).attributesWithStrings(Map.of("VisibilityTimeout", "77")));

    assertThat(visibility(url)).isEqualTo(before);
    assertThat(visibility(url)).isEqualTo(before);
    assertThat(visibility(url)).isEqualTo("77");
    assertThat(faults.altered("GetQueueAttributes")).isEqualTo(2);
  }

  @Test
  void shouldAnswerAStaleReadWithWhatTheSameReadGot() {
    ec2.createVpc(vpc -> vpc.cidrBlock("10.6.0.0/16"));
    faults.on("DescribeVpcs").staleReads(3);
    assertThat(vpcsIn("10.6.0.0/16")).containsExactly("10.6.0.0/16");

    ec2.createVpc(vpc -> vpc.cidrBlock("10.7.0.0/16"));

    assertThat(vpcsIn("10.7.0.0/16")).as("not asked before").containsExactly("10.7.0.0/16");
    ec2.createVpc(vpc -> vpc.cidrBlock("10.7.0.0/16"));
    assertThat(vpcsIn("10.7.0.0/16")).as("as before").containsExactly("10.7.0.0/16");
  }

  private List<String> vpcsIn(String range) {
    return ec2.describeVpcs(r -> r.filters(f -> f.name("cidr-block").values(range))).vpcs().stream()
        .map(Vpc::cidrBlock)
        .toList();
  }

  private String visibility(String url) {
    return sqs.getQueueAttributes(
            queue -> queue.queueUrl(url).attributeNames(QueueAttributeName.VISIBILITY_TIMEOUT))
        .attributes()
        .get(QueueAttributeName.VISIBILITY_TIMEOUT);
  }

  @Test
  void shouldNotYetFindWhatWasJustCreated() {
    faults.on("GetQueueUrl").staleReads(1, 400, "QueueDoesNotExist");
    faults.on("GetBucketAcl").staleReads(1, 404, "NoSuchBucket");
    faults.on("GetRole").staleReads(1, 404, "NoSuchEntity");

    sqs.createQueue(queue -> queue.queueName("orders"));
    s3.createBucket(bucket -> bucket.bucket("new-" + account.id()));
    iam.createRole(role -> role.roleName("new").assumeRolePolicyDocument("{}"));

    assertThatThrownBy(() -> sqs.getQueueUrl(queue -> queue.queueName("orders")))
        .isInstanceOf(QueueDoesNotExistException.class);
    assertThatThrownBy(() -> s3.getBucketAcl(bucket -> bucket.bucket("new-" + account.id())))
        .isInstanceOf(NoSuchBucketException.class);
    assertThatThrownBy(() -> iam.getRole(role -> role.roleName("new")))
        .isInstanceOf(NoSuchEntityException.class);
    assertThat(sqs.getQueueUrl(queue -> queue.queueName("orders")).queueUrl()).isNotEmpty();
    assertThat(iam.getRole(role -> role.roleName("new")).role().arn()).isNotEmpty();
  }

  @Test
  void shouldShowAStateForAWhile() {
    faults.on("DescribeVpcs").pending("State", "pending", 2);

    ec2.createVpc(vpc -> vpc.cidrBlock("10.8.0.0/16"));

    assertThat(ec2.describeVpcs().vpcs()).extracting(Vpc::state).containsOnly(VpcState.PENDING);
    assertThat(ec2.describeVpcs().vpcs()).extracting(Vpc::state).containsOnly(VpcState.PENDING);
    assertThat(ec2.describeVpcs().vpcs()).extracting(Vpc::state).containsOnly(VpcState.AVAILABLE);
  }

  @Test
  void shouldCutListsIntoPagesThatPaginatorsFollow() {
    String bucket = "paged-" + account.id();
    s3.createBucket(request -> request.bucket(bucket));
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      String name = "name-" + i;
      names.add(name);
      sqs.createQueue(queue -> queue.queueName(name));
      s3.putObject(object -> object.bucket(bucket).key(name), RequestBody.fromString("x"));
      iam.createRole(role -> role.roleName(name).assumeRolePolicyDocument("{}"));
      ec2.createVpc(vpc -> vpc.cidrBlock("10.7.0.0/16"));
    }
    int vpcs = ec2.describeVpcs().vpcs().size();
    faults.pagesOf(2);

    assertThat(sqs.listQueuesPaginator().queueUrls())
        .extracting(url -> url.substring(url.lastIndexOf('/') + 1))
        .containsExactlyInAnyOrderElementsOf(names);
    assertThat(s3.listObjectsV2Paginator(list -> list.bucket(bucket)).contents())
        .extracting(S3Object::key)
        .containsExactlyInAnyOrderElementsOf(names);
    assertThat(iam.listRolesPaginator().roles())
        .extracting(Role::roleName)
        .containsExactlyInAnyOrderElementsOf(names);
    assertThat(ec2.describeVpcsPaginator().vpcs())
        .extracting(Vpc::vpcId)
        .hasSize(vpcs)
        .doesNotHaveDuplicates();
    assertThat(faults.attempts("ListQueues")).isEqualTo(3);
    assertThat(faults.attempts("ListRoles")).isEqualTo(3);
    assertThat(sqs.listQueues().queueUrls()).as("without a token of ours").hasSize(2);
  }

  @Test
  void shouldPageWhatTheEmulatorPagesItself() {
    AwsPeer moto = AwsPeer.shared(AwsEmulator.MOTO);
    try (Ec2Client motoEc2 =
        new EmulatorClients(moto, moto.newAccount(), faults.interceptors())
            .build(Ec2Client.builder())) {
      for (int i = 0; i < 12; i++) {
        motoEc2.createSubnet(
            subnet ->
                subnet
                    .vpcId(motoEc2.createVpc(vpc -> vpc.cidrBlock("10.6.0.0/16")).vpc().vpcId())
                    .cidrBlock("10.6.0.0/24"));
      }
      int all = motoEc2.describeSubnets().subnets().size();
      faults.pagesOf(3);

      assertThat(motoEc2.describeSubnetsPaginator(request -> request.maxResults(5)).subnets())
          .hasSize(all);
    }
  }

  @Test
  void shouldMeetTheSameFaultsWithTheSameSeed() {
    String first = someCalls(7);
    String second = someCalls(7);
    String other = someCalls(8);

    assertThat(second).isEqualTo(first).contains("THROTTLED");
    assertThat(other).isNotEqualTo(first);
  }

  private String someCalls(long seed) {
    Faults some =
        Faults.seeded(seed)
            .sometimes(0.4, 20, Fault.THROTTLED, Fault.ERROR_BEFORE, Fault.RESET_AFTER);
    try (SqsClient client =
        new EmulatorClients(peer, peer.newAccount(), some.interceptors())
            .build(SqsClient.builder())) {
      for (int i = 0; i < 10; i++) {
        String name = "q" + i;
        attempt(() -> client.createQueue(queue -> queue.queueName(name)));
        attempt(client::listQueues);
      }
    }
    return some.toString();
  }

  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (SdkException e) {
      assertThat(e).hasMessageContaining("injected");
    }
  }
}
