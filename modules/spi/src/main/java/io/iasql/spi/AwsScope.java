package io.iasql.spi;

import java.util.List;
import java.util.Optional;

/**
 * One AWS account seen from one region, with its credentials behind it: what a module gets for each
 * call.
 *
 * <p>Scopes are cheap, immutable and safe for use by several threads. Clients are shared, built
 * once per service and region, and closed by whoever opened the account; a module never closes one.
 */
public interface AwsScope {

  /** The 12-digit account id, verified with STS before a scope is handed out. */
  String accountId();

  /** The partition of {@link #region()}: {@code aws}, {@code aws-cn} or {@code aws-us-gov}. */
  String partition();

  /** The region this scope speaks to; for resources without one, {@link #defaultRegion()}. */
  String region();

  /** The region that rows get when they name none. */
  String defaultRegion();

  /** The regions in use, the default one included, sorted. */
  List<String> regions();

  /** The same account seen from another region. */
  AwsScope in(String region);

  /**
   * The AWS SDK's synchronous client of this type for {@link #region()}, such as {@code
   * SqsClient.class}: retrying with the SDK's adaptive mode, with time limits set.
   */
  <C> C client(Class<C> type);

  /**
   * Says what an exception of one of this scope's clients means, so that the engine need not know
   * the SDK. An exception that no client threw is {@link CloudFailure.Kind#INTERNAL}.
   */
  CloudFailure describe(RuntimeException thrown);

  /** The AWS request id of the newest answer that the calling thread got through this account. */
  Optional<String> lastRequestId();

  /**
   * The access key id behind this scope, shortened for display ({@code AKIA…WXYZ}), or empty where
   * credentials come from a role. Never the secret.
   */
  Optional<String> accessKeyHint();
}
