package io.iasql.aws.account;

import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Remembers per thread the request id of the newest answer. Synchronous clients run interceptors on
 * the thread of the call.
 */
final class RequestIds implements ExecutionInterceptor {
  private final ThreadLocal<String> newest = new ThreadLocal<>();

  @Override
  public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
    context
        .httpResponse()
        .firstMatchingHeader("x-amzn-requestid")
        .or(() -> context.httpResponse().firstMatchingHeader("x-amz-request-id"))
        .ifPresent(newest::set);
  }

  /** The id, or empty when this thread has had no answer yet. */
  Optional<String> ofThisThread() {
    return Optional.ofNullable(newest.get());
  }
}
