package io.iasql.peers.faults;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.AwsExecutionAttribute;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Lets the faults happen at the points where the SDK lets others have a say. */
final class FaultInterceptor implements ExecutionInterceptor {
  private static final Pattern READ =
      Pattern.compile(
          "(Describe|Get|List|Head|Lookup|BatchGet|Search|Simulate|Select|Query|Scan).*");

  private static final ExecutionAttribute<Optional<Fault>> FAULT =
      new ExecutionAttribute<>("InjectedFault");
  private static final ExecutionAttribute<RecordedAnswer> ANSWER =
      new ExecutionAttribute<>("InjectedAnswer");
  private static final ExecutionAttribute<Paging.Position> POSITION =
      new ExecutionAttribute<>("InjectedPage");

  private final Faults faults;

  FaultInterceptor(Faults faults) {
    this.faults = faults;
  }

  @Override
  public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
    Paging.Position position = Paging.position(context.request());
    attributes.putAttribute(POSITION, position);
    return Paging.real(context.request(), position);
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    String operation = operation(attributes);
    Optional<Fault> fault = faults.next(operation);
    attributes.putAttribute(FAULT, fault);
    if (fault.isEmpty()) {
      return;
    }
    switch (fault.get()) {
      case THROTTLED ->
          throw ServiceError.throttling(service(attributes)).exception(service(attributes));
      case ERROR_BEFORE -> throw ServiceError.INTERNAL.exception(service(attributes));
      case RESET_BEFORE -> throw reset();
      case CRASH_BEFORE -> throw new InjectedCrash(operation, false);
      case ERROR_AFTER, RESET_AFTER, CRASH_AFTER -> {
        // Once there is an answer.
      }
    }
  }

  @Override
  public SdkHttpResponse modifyHttpResponse(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    String operation = operation(attributes);
    boolean read = READ.matcher(operation).matches();
    if (!read && context.httpResponse().isSuccessful()) {
      faults.written(service(attributes));
    }
    Optional<Fault> fault = attributes.getAttribute(FAULT);
    attributes.putAttribute(ANSWER, null);
    if (fault.isPresent()) {
      drain(context.responseBody());
      switch (fault.get()) {
        case RESET_AFTER -> throw reset();
        case CRASH_AFTER -> throw new InjectedCrash(operation, true);
        default -> {
          return replaced(
              context, attributes, ServiceError.INTERNAL.answerTo(protocol(context, attributes)));
        }
      }
    }
    OperationFaults rules = faults.on(operation);
    return read && rules.recordsAnswers()
        ? replaced(context, attributes, recorded(rules, context, attributes))
        : context.httpResponse();
  }

  @Override
  public Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    RecordedAnswer answer = attributes.getAttribute(ANSWER);
    return answer == null
        ? context.responseBody()
        : Optional.of(new ByteArrayInputStream(answer.body()));
  }

  @Override
  public SdkResponse modifyResponse(
      Context.ModifyResponse context, ExecutionAttributes attributes) {
    OperationFaults rules = faults.on(operation(attributes));
    Optional<PendingState> pending = rules.nextPending(service(attributes));
    SdkResponse shown =
        pending.map(state -> state.in(context.response())).orElse(context.response());
    Optional<SdkResponse> page =
        new Paging(faults.pageSize())
            .page(context.request(), shown, attributes.getAttribute(POSITION));
    page.ifPresent(cut -> rules.countAltered());
    return page.orElse(shown);
  }

  private static RecordedAnswer recorded(
      OperationFaults rules, Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    SdkHttpResponse response = context.httpResponse();
    RecordedAnswer truth =
        new RecordedAnswer(
            protocol(context, attributes),
            response.statusCode(),
            response.headers(),
            drain(context.responseBody()));
    return rules.answer(service(attributes), question(context, attributes), truth);
  }

  private static SdkHttpResponse replaced(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes, RecordedAnswer answer) {
    attributes.putAttribute(ANSWER, answer);
    return context.httpResponse().toBuilder()
        .statusCode(answer.status())
        .headers(answer.headers())
        .build();
  }

  /** Reading to the end gives the connection back to its pool. */
  private static byte[] drain(Optional<InputStream> body) {
    if (body.isEmpty()) {
      return new byte[0];
    }
    try (InputStream content = body.get()) {
      return content.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What makes two reads the same: what is asked, and of which region. Parameters of EC2's calls
   * are in no body yet when interceptors see the request.
   */
  private static String question(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    return attributes.getAttribute(AwsExecutionAttribute.AWS_REGION)
        + " "
        + context.httpRequest().getUri()
        + "\n"
        + context.request();
  }

  private static ErrorProtocol protocol(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    return ErrorProtocol.of(service(attributes), context.httpRequest());
  }

  private static SdkClientException reset() {
    return SdkClientException.create(
        "injected: connection lost", new SocketException("Connection reset"));
  }

  private static String operation(ExecutionAttributes attributes) {
    return attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
  }

  private static String service(ExecutionAttributes attributes) {
    return attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
  }
}
