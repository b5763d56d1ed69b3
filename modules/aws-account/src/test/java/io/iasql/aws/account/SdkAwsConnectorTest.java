package io.iasql.aws.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.Credentials;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The connector against a server that answers the three calls it makes. */
class SdkAwsConnectorTest {
  private static final Credentials KEYS =
      new StaticKeys("AKIAEXAMPLEEXAMPLE12", "very-secret", Optional.empty());

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String form =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String action = form.replaceFirst(".*Action=(\\w+).*", "$1");
          calls.add(action);
          byte[] answer = answer(action).getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("x-amzn-RequestId", "request-" + calls.size());
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static String answer(String action) {
    return switch (action) {
      case "GetCallerIdentity" ->
          "<R><GetCallerIdentityResult><Account>111122223333</Account>"
              + "<Arn>arn:aws:iam::111122223333:user/x</Arn></GetCallerIdentityResult></R>";
      case "AssumeRole" ->
          "<R><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>"
              + "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
              + "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
              + "</R>";
      case "DescribeRegions" ->
          "<R><regionInfo><item><regionName>us-east-1</regionName></item>"
              + "<item><regionName>eu-north-1</regionName></item></regionInfo></R>";
      default -> throw new IllegalArgumentException(action);
    };
  }

  private AwsAccountSettings settings(
      String account, List<String> regions, Credentials credentials) {
    return new AwsAccountSettings(
        account,
        "eu-west-1",
        regions,
        credentials,
        Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())));
  }

  private AwsAccount open(String account, List<String> regions, Credentials credentials) {
    return new SdkAwsConnector().open(settings(account, regions, credentials));
  }

  @Test
  void openAsksNothing() {
    try (AwsAccount account = open("111122223333", List.of(), KEYS)) {
      assertThat(calls).isEmpty();
      assertThat(account.toString()).isEqualTo("AWS account 111122223333");
    }
  }

  @Test
  void accountIsVerifiedOnce() {
    try (AwsAccount account = open("111122223333", List.of("us-east-1"), KEYS)) {
      AwsScope scope = account.scope();
      account.scope();

      assertThat(calls).containsExactly("GetCallerIdentity");
      assertThat(scope.regions()).containsExactly("eu-west-1", "us-east-1");
      assertThat(scope.region()).isEqualTo("eu-west-1");
      assertThat(scope.lastRequestId()).contains("request-1");
      assertThat(scope.accessKeyHint()).contains("AKIA…LE12");
      assertThat(scope.partition()).isEqualTo("aws");
      assertThat(scope.in("cn-north-1").partition()).isEqualTo("aws-cn");
      assertThat(scope.toString()).doesNotContain("secret");
    }
  }

  @Test
  void anotherAccountIsRefusedEveryTime() {
    try (AwsAccount account = open("444455556666", List.of(), KEYS)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(account::scope)
            .isInstanceOfSatisfying(
                CloudException.class,
                e -> {
                  assertThat(e.failure().kind()).isEqualTo(Kind.DENIED);
                  assertThat(e.failure().code()).isEqualTo("WrongAccount");
                })
            .hasMessageContaining("444455556666")
            .hasMessageContaining("111122223333")
            .hasMessageContaining("spec.accountId");
      }
      assertThat(calls).containsOnly("GetCallerIdentity");
    }
  }

  @Test
  void regionsAreAskedForWhereNoneAreNamed() {
    try (AwsAccount account = open("111122223333", List.of(), KEYS)) {
      assertThat(account.scope().regions()).containsExactly("eu-north-1", "eu-west-1", "us-east-1");
      assertThat(calls).containsExactly("GetCallerIdentity", "DescribeRegions");
    }
  }

  @Test
  void roleIsAssumedAndGivesNoHint() {
    Credentials role =
        new AssumeRole("arn:aws:iam::111122223333:role/r", Optional.of("external"), KEYS);
    try (AwsAccount account = open("111122223333", List.of("eu-west-1"), role)) {
      AwsScope scope = account.scope();

      assertThat(calls).containsExactly("AssumeRole", "GetCallerIdentity");
      assertThat(scope.accessKeyHint()).isEmpty();
    }
  }

  @Test
  void clientsAreSharedPerRegionAndGoneAfterClose() {
    AwsAccount account = open("111122223333", List.of("eu-west-1"), KEYS);
    AwsScope scope = account.scope();
    Ec2Client here = scope.client(Ec2Client.class);

    assertThat(scope.client(Ec2Client.class)).isSameAs(here);
    assertThat(scope.in("us-east-1").client(Ec2Client.class)).isNotSameAs(here);
    assertThatThrownBy(() -> scope.client(String.class))
        .isInstanceOf(IllegalArgumentException.class);

    account.close();
    assertThatThrownBy(() -> scope.client(Ec2Client.class))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void tableRowsProposeFlagsAndMaskSecrets() {
    try (AwsAccount account = open("111122223333", List.of("eu-west-1"), KEYS)) {
      AwsScope scope = account.scope();

      assertThat(new AwsRegions().list(scope))
          .containsExactly(
              new AwsRegion("eu-north-1", false, false),
              new AwsRegion("eu-west-1", true, true),
              new AwsRegion("us-east-1", false, false));
      assertThat(new AwsCredentials().list(scope))
          .containsExactly(new AwsCredential("AKIA…LE12", "********", null));
    }
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertInvalid("InvalidAccountId", settings("12", List.of(), KEYS));
    assertInvalid("InvalidRegion", settings("111122223333", List.of("moon"), KEYS));
    assertInvalid(
        "InvalidRoleArn",
        settings("111122223333", List.of(), new AssumeRole("role/x", Optional.empty(), KEYS)));
    assertInvalid(
        "InvalidRoleArn",
        settings(
            "111122223333",
            List.of(),
            new AssumeRole("arn:aws:iam::444455556666:role/r", Optional.empty(), KEYS)));
    assertInvalid(
        "InvalidCredentials",
        settings("111122223333", List.of(), new StaticKeys("", "x", Optional.empty())));
    assertInvalid(
        "InvalidEndpoint",
        new AwsAccountSettings(
            "111122223333", "eu-west-1", List.of(), KEYS, Optional.of(URI.create("localhost"))));
  }

  private static void assertInvalid(String code, AwsAccountSettings settings) {
    assertThatThrownBy(() -> new SdkAwsConnector().open(settings))
        .isInstanceOfSatisfying(
            CloudException.class,
            e -> {
              assertThat(e.failure().kind()).isEqualTo(Kind.INVALID_INPUT);
              assertThat(e.failure().code()).isEqualTo(code);
            });
  }

  @Test
  void shortKeyIdsAreHardlyShown() {
    assertThat(CredentialSource.shortened("test")).isEqualTo("t…t");
    assertThat(CredentialSource.shortened("111111111101")).isEqualTo("111…101");
  }
}
