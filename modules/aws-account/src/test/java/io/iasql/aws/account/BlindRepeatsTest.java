package io.iasql.aws.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.sts.StsClient;

/** Calls to a server of which the first one fails. */
class BlindRepeatsTest {
  private static final String LOST = "lost";

  private final AtomicInteger attempts = new AtomicInteger();
  private HttpServer server;
  private ServiceClients clients;
  private Ec2Client ec2;
  private volatile String failure;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    clients =
        new ServiceClients(
            Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())),
            List.of(
                new ExecutionInterceptor() {
                  @Override
                  public void beforeTransmission(
                      Context.BeforeTransmission context, ExecutionAttributes attributes) {
                    attempts.incrementAndGet();
                  }
                }),
            Optional.of(
                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                    .maxAttempts(3)
                    .backoffStrategy(BackoffStrategy.retryImmediately())
                    .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
                    .build()));
    ec2 = client(Ec2Client.class);
  }

  @AfterEach
  void stop() {
    clients.close();
    server.stop(0);
  }

  private <C> C client(Class<C> type) {
    return clients.shared(
        type,
        "eu-west-1",
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAEXAMPLE", "secret")));
  }

  /** Fails the first attempt, with "status code" or by closing the connection. */
  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String now = attempts.get() == 1 ? failure : "200 ";
    if (!now.equals(LOST)) {
      int status = Integer.parseInt(now.substring(0, 3));
      byte[] body =
          (status == 200
                  ? "<R/>"
                  : "<Response><Errors><Error><Code>"
                      + now.substring(4)
                      + "</Code><Message>m</Message></Error></Errors></Response>")
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private void call(String firstFailure, Consumer<Ec2Client> call) {
    failure = firstFailure;
    attempts.set(0);
    call.accept(ec2);
  }

  @ParameterizedTest
  @CsvSource({"500,InternalError", "500,InternalFailure", "502,BadGateway", "503,Unavailable"})
  void aCreationIsNotRepeatedAfterAnErrorOfTheServer(int status, String code) {
    assertThatThrownBy(
            () -> call(status + " " + code, c -> c.createVpc(r -> r.cidrBlock("10.0.0.0/16"))))
        .isInstanceOfSatisfying(
            Ec2Exception.class, e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
    assertThat(attempts).hasValue(1);
  }

  @Test
  void aCreationIsNotRepeatedAfterItsAnswerGotLost() {
    List<Consumer<Ec2Client>> calls =
        List.of(
            c -> c.createVpc(r -> r.cidrBlock("10.0.0.0/16")),
            c -> c.createDhcpOptions(r -> r.dhcpConfigurations(List.of())),
            c -> c.createSubnet(r -> r.vpcId("vpc-1")),
            c -> c.createInternetGateway(r -> r.tagSpecifications(List.of())),
            c -> c.createSecurityGroup(r -> r.groupName("g")),
            c -> c.allocateAddress(r -> r.domain("vpc")),
            c -> c.attachInternetGateway(r -> r.vpcId("vpc-1")),
            c -> c.authorizeSecurityGroupIngress(r -> r.groupId("sg-1")),
            c -> c.createRouteTable(r -> r.vpcId("vpc-1").clientToken("t")),
            c -> c.modifyVpcEndpoint(r -> r.vpcEndpointId("vpce-1").addSubnetIds("subnet-1")));
    for (Consumer<Ec2Client> one : calls) {
      assertThatThrownBy(() -> call(LOST, one)).isInstanceOf(SdkClientException.class);
      assertThat(attempts).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "503 RequestLimitExceeded",
        "503 EC2ThrottledException",
        "400 Throttling",
        "400 RequestLimitExceeded"
      })
  void aThrottledCreationIsRepeated(String throttled) {
    call(throttled, c -> c.createVpc(r -> r.cidrBlock("10.0.0.0/16")));
    assertThat(attempts).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {LOST, "500 InternalError", "503 Unavailable"})
  void whatReadsSetsOrTakesAwayIsRepeated(String any) {
    List<Consumer<Ec2Client>> calls =
        List.of(
            c -> c.describeVpcs(),
            c -> c.modifyVpcAttribute(r -> r.vpcId("vpc-1")),
            c -> c.createTags(r -> r.resources("vpc-1")),
            c -> c.associateDhcpOptions(r -> r.vpcId("vpc-1")),
            c -> c.deleteTags(r -> r.resources("vpc-1")),
            c -> c.revokeSecurityGroupEgress(r -> r.groupId("sg-1")),
            c -> c.deleteVpc(r -> r.vpcId("vpc-1")));
    for (Consumer<Ec2Client> one : calls) {
      call(any, one);
      assertThat(attempts).hasValue(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {LOST, "500 InternalError"})
  void otherServicesCallsAreRepeated(String any) {
    StsClient sts = client(StsClient.class);

    call(any, c -> sts.assumeRole(r -> r.roleArn("arn:aws:iam::111122223333:role/r")));

    assertThat(attempts).hasValue(2);
  }

  @Test
  void aCallThatFoundNoServerIsRepeated() {
    server.stop(0);

    assertThatThrownBy(() -> call(LOST, c -> c.createVpc(r -> r.cidrBlock("10.0.0.0/16"))))
        .isInstanceOf(SdkClientException.class);

    assertThat(attempts).hasValue(3);
  }
}
