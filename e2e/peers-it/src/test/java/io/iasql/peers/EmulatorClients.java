package io.iasql.peers;

import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;

/** AWS SDK clients of one account of an emulator. */
public record EmulatorClients(
    AwsPeer peer, AwsPeer.Account account, List<ExecutionInterceptor> interceptors) {

  public static EmulatorClients of(AwsPeer peer, AwsPeer.Account account) {
    return new EmulatorClients(peer, account, List.of());
  }

  public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C build(B builder) {
    return builder
        .endpointOverride(peer.endpoint())
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .region(Region.US_EAST_1)
        // One connection: a fault that lost its connection would leave none.
        .httpClientBuilder(ApacheHttpClient.builder().maxConnections(1))
        .overrideConfiguration(
            overrides -> interceptors.forEach(overrides::addExecutionInterceptor))
        .build();
  }

  private AwsCredentials credentials() {
    return account
        .sessionToken()
        .<AwsCredentials>map(
            token ->
                AwsSessionCredentials.create(
                    account.accessKeyId(), account.secretAccessKey(), token))
        .orElseGet(
            () -> AwsBasicCredentials.create(account.accessKeyId(), account.secretAccessKey()));
  }
}
