package io.iasql.aws.account;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;

/**
 * Keeps the SDK from repeating a call to EC2 that may have taken effect already: a second CreateVpc
 * makes a second VPC, a second AttachInternetGateway is refused although the first one did what was
 * asked for. The caller gets the failure instead, and looks before it calls again.
 *
 * <p>EC2 alone is meant. Creations in S3, IAM and SQS go by a name that exists once. EC2's go by an
 * id that it assigns; few of its actions are idempotent by default (Amazon EC2 Developer Guide,
 * "Ensuring idempotency in Amazon EC2 API requests"). CreateNatGateway, CreateNetworkAcl,
 * CreateRouteTable and CreateVpcEndpoint take a client token and are held back all the same: the
 * caller looks in any case, and not every endpoint that speaks EC2's API heeds tokens.
 *
 * <p>Refusals, throttling among them, have no effect and are repeated as ever, and so are calls for
 * which no connection was made.
 */
final class BlindRepeats implements ExecutionInterceptor {
  private static final String EC2 = "Ec2";

  /**
   * What reads, sets, or takes away by id: once more leads to where once leads to.
   * ModifyVpcEndpoint does not set: it adds subnets and route tables, and refuses those that are
   * there.
   */
  private static final Pattern HARMLESS =
      Pattern.compile(
          "(?!ModifyVpcEndpoint)"
              + "(Describe|Get|List|Search|Modify|Update|Delete|Detach|Disassociate|Release|Revoke).*"
              + "|CreateTags|AssociateDhcpOptions|ReplaceRoute|ReplaceNetworkAclEntry");

  // Synchronous clients run interceptors and retry strategies on the thread of the call.
  private final ThreadLocal<Boolean> precious = new ThreadLocal<>();

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    precious.set(
        EC2.equals(attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME))
            && !HARMLESS
                .matcher(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME))
                .matches());
  }

  /** A strategy that does as this one, but does not repeat what may have taken effect. */
  RetryStrategy guard(RetryStrategy strategy) {
    return new Guarded(strategy);
  }

  private boolean forbids(Throwable failure) {
    // What fails before it is sent, as signing can, must not go by an earlier attempt.
    boolean sent = Boolean.TRUE.equals(precious.get());
    precious.remove();
    return sent && mayHaveTakenEffect(failure);
  }

  private static boolean mayHaveTakenEffect(Throwable failure) {
    if (failure instanceof SdkServiceException answer) {
      // EC2 throttles with status 503.
      return answer.statusCode() >= 500 && !answer.isThrottlingException();
    }
    return Stream.iterate(failure, t -> t != null, Throwable::getCause)
        .limit(20)
        .noneMatch(t -> t instanceof ConnectException || t instanceof UnknownHostException);
  }

  private final class Guarded implements RetryStrategy {
    private final RetryStrategy strategy;

    Guarded(RetryStrategy strategy) {
      this.strategy = strategy;
    }

    @Override
    public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
      return strategy.acquireInitialToken(request);
    }

    @Override
    public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
      Throttles.count(request.failure());
      if (forbids(request.failure())) {
        throw new TokenAcquisitionFailedException(
            "the call may have taken effect", request.token(), request.failure());
      }
      return strategy.refreshRetryToken(request);
    }

    @Override
    public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
      return strategy.recordSuccess(request);
    }

    @Override
    public int maxAttempts() {
      return strategy.maxAttempts();
    }

    /** The SDK's defaults are in the guarded strategy already. */
    @Override
    public boolean useClientDefaults() {
      return false;
    }

    @Override
    public Builder<?, ?> toBuilder() {
      throw new UnsupportedOperationException("what is built anew would not be guarded");
    }
  }
}
