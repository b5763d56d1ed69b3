package io.iasql.aws.account;

import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.Credentials;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * What the SDK's exceptions mean. Services agree on a few codes only (each API Reference's "Common
 * Errors"; Amazon EC2 API Reference, "Error codes"; Amazon S3 API Reference, "Error responses"), so
 * the rest goes by the way codes are formed, then by HTTP status.
 */
final class Failures {
  private static final Set<String> THROTTLED =
      Set.of(
          "bandwidthlimitexceeded",
          "ec2throttledexception",
          "priorrequestnotcomplete",
          "provisionedthroughputexceededexception",
          "requestlimitexceeded",
          "requestthrottled",
          "requestthrottledexception",
          "slowdown",
          "throttledexception",
          "throttling",
          "throttlingexception",
          "toomanyrequestsexception",
          "transactioninprogressexception");
  private static final Set<String> UNAVAILABLE =
      Set.of("internalerror", "internalfailure", "requesttimeout", "serviceunavailable");
  private static final Set<String> DENIED =
      Set.of(
          "accountproblem",
          "allaccessdisabled",
          "authfailure",
          "blocked",
          "notauthorized",
          "optinrequired",
          "pendingverification",
          "subscriptionrequiredexception");
  private static final Set<String> UNAUTHENTICATED =
      Set.of(
          "expiredtoken",
          "expiredtokenexception",
          "incompletesignature",
          "invalidaccesskeyid",
          "invalidclienttokenid",
          "invalidtoken",
          "missingauthenticationtoken",
          "requestexpired",
          "requesttimetooskewed",
          "signaturedoesnotmatch",
          "tokenrefreshrequired",
          "unrecognizedclientexception");
  private static final Pattern DENIED_FORM =
      Pattern.compile(
          "accessdenied.*|unauthorized.*|.*notauthorized(exception)?|authorizationerror.*");
  private static final Pattern QUOTA_FORM =
      Pattern.compile(".*(limitexceeded|quotaexceeded|toomany).*");
  private static final Pattern NOT_FOUND_FORM =
      Pattern.compile("nosuch.*|.*notfound.*|.*nonexistent.*|.*doesnotexist.*");
  private static final Pattern CONFLICT_FORM =
      Pattern.compile(
          ".*(alreadyexist|alreadyowned|alreadyassociated|alreadyattached|alreadyinuse|conflict"
              + "|inuse|duplicate|dependencyviolation|incorrectstate|incorrectinstancestate"
              + "|concurrentmodification|temporarilyunmodifiable|deletedrecently|nameexists"
              + "|notempty|preconditionfailed|operationaborted).*"
              + "|invalid.*state|invalid.*state(fault|exception)|operationnotpermitted"
              + "|.*(\\.notattached|\\.inuse)");

  // A refused signature is explained with what was signed, the session token's header included.
  private static final Pattern SIGNED =
      Pattern.compile("\\s*The Canonical String.*", Pattern.DOTALL);
  private static final Pattern TOKEN_HEADER =
      Pattern.compile("(?i)(x-amz-security-token[\"']?\\s*[:=]\\s*)[^\\s&'\"]+");

  private static final String NO_CREDENTIALS =
      "the SDK's default chain found no credentials (environment, web identity token, profile,"
          + " container, instance profile). Give the AwsConnection spec.credentials, or the"
          + " operator's service account a role";

  private final List<String> secrets;

  private Failures(List<String> secrets) {
    this.secrets = secrets;
  }

  /** Blanks these credentials' secrets out of every message. */
  static Failures hiding(Credentials credentials) {
    List<String> secrets = new ArrayList<>();
    Credentials source = credentials;
    while (source instanceof AssumeRole role) {
      source = role.base();
    }
    if (source instanceof StaticKeys keys) {
      secrets.add(keys.secretAccessKey());
      keys.sessionToken().ifPresent(secrets::add);
    }
    return new Failures(List.copyOf(secrets));
  }

  /** See {@link io.iasql.spi.AwsScope#describe}. */
  CloudFailure describe(RuntimeException thrown) {
    Optional<CloudException> described = cause(thrown, CloudException.class);
    if (described.isPresent()) {
      return described.get().failure();
    }
    Optional<AwsServiceException> answered = cause(thrown, AwsServiceException.class);
    if (answered.isPresent()) {
      return service(answered.get());
    }
    if (thrown instanceof SdkClientException unanswered) {
      return unanswered(unanswered);
    }
    return new CloudFailure(
        Kind.INTERNAL, thrown.getClass().getSimpleName(), clean(thrown.getMessage()), "");
  }

  private CloudFailure service(AwsServiceException e) {
    AwsErrorDetails details = e.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    String message = details == null ? null : details.errorMessage();
    Kind kind = e.isThrottlingException() ? Kind.THROTTLED : kind(code, e.statusCode());
    return new CloudFailure(
        kind,
        code == null || code.isEmpty() ? "HTTP " + e.statusCode() : code,
        clean(message == null || message.isEmpty() ? e.getMessage() : message),
        e.requestId());
  }

  /** The kind that a service's code and HTTP status stand for. */
  static Kind kind(String errorCode, int status) {
    String code = plain(errorCode);
    if (THROTTLED.contains(code) || status == 429) {
      return Kind.THROTTLED;
    }
    // 501 is S3's answer to a request that it will never take.
    if (status != 501 && (status >= 500 || UNAVAILABLE.contains(code))) {
      return Kind.UNAVAILABLE;
    }
    if (UNAUTHENTICATED.contains(code)) {
      return Kind.UNAUTHENTICATED;
    }
    if (DENIED.contains(code) || DENIED_FORM.matcher(code).matches()) {
      return Kind.DENIED;
    }
    if (NOT_FOUND_FORM.matcher(code).matches()) {
      return Kind.NOT_FOUND;
    }
    // IAM answers 409 to an exhausted quota, which no waiting cures.
    if (QUOTA_FORM.matcher(code).matches()) {
      return Kind.INVALID_INPUT;
    }
    if (CONFLICT_FORM.matcher(code).matches()) {
      return Kind.CONFLICT;
    }
    return switch (status) {
      case 401, 403 -> Kind.DENIED;
      case 404, 410 -> Kind.NOT_FOUND;
      case 408 -> Kind.UNAVAILABLE;
      case 409, 412 -> Kind.CONFLICT;
      default -> Kind.INVALID_INPUT;
    };
  }

  /** Without the service's prefix: {@code AWS.SimpleQueueService.NonExistentQueue}. */
  private static String plain(String code) {
    return code == null ? "" : code.toLowerCase(Locale.ROOT).replaceFirst("^aws\\.[a-z]+\\.", "");
  }

  private CloudFailure unanswered(SdkClientException e) {
    boolean unreachable =
        e instanceof ApiCallTimeoutException
            || e instanceof ApiCallAttemptTimeoutException
            || e instanceof AbortedException
            || e instanceof RetryableException
            || cause(e, IOException.class).isPresent();
    String message = String.valueOf(e.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    Kind kind;
    String code = e.getClass().getSimpleName();
    // The SDK has no exception type of its own for these two.
    if (lower.contains("credentials") && !(e instanceof ApiCallTimeoutException)) {
      kind = Kind.UNAUTHENTICATED;
      code = "NoCredentials";
      if (lower.contains("any of the providers in the chain")) {
        return new CloudFailure(kind, code, NO_CREDENTIALS, "");
      }
    } else if (unreachable || lower.contains("unmarshall")) {
      kind = Kind.UNAVAILABLE;
    } else {
      kind = Kind.INVALID_INPUT;
    }
    return new CloudFailure(kind, code, clean(withRootCause(message, e)), "");
  }

  private static String withRootCause(String message, Throwable e) {
    Throwable root = causes(e).reduce((first, second) -> second).orElse(e);
    String why = root.getMessage();
    return why == null || message.contains(why)
        ? message
        : message + " (" + root.getClass().getSimpleName() + ": " + why + ")";
  }

  private String clean(String message) {
    if (message == null) {
      return "";
    }
    String text = TOKEN_HEADER.matcher(SIGNED.matcher(message).replaceFirst("")).replaceAll("$1…");
    for (String secret : secrets) {
      text = text.replace(secret, "…");
    }
    return text;
  }

  private static <T extends Throwable> Optional<T> cause(Throwable thrown, Class<T> type) {
    return causes(thrown).filter(type::isInstance).map(type::cast).findFirst();
  }

  private static Stream<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, t -> t != null, Throwable::getCause).limit(20);
  }
}
