package io.iasql.aws.account;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/** An account seen from one region. */
record SdkAwsScope(SdkAwsAccount account, String region, List<String> regions) implements AwsScope {

  @Override
  public String accountId() {
    return account.accountId();
  }

  @Override
  public String partition() {
    return PartitionMetadata.of(Region.of(region)).id();
  }

  @Override
  public String defaultRegion() {
    return account.defaultRegion();
  }

  @Override
  public AwsScope in(String other) {
    return other.equals(region) ? this : new SdkAwsScope(account, other, regions);
  }

  @Override
  public <C> C client(Class<C> type) {
    return account.client(type, region);
  }

  @Override
  public CloudFailure describe(RuntimeException thrown) {
    return account.failures().describe(thrown);
  }

  @Override
  public Optional<String> lastRequestId() {
    return account.lastRequestId();
  }

  @Override
  public Optional<String> accessKeyHint() {
    return account.accessKeyHint();
  }
}
