package io.iasql.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * The calls that one operator makes, retries not counted. It can have one of them refused, and it
 * can end the operator's life around one of them: what is dead calls nobody any more.
 */
final class CallLog implements ExecutionInterceptor {
  static final String REFUSAL = "InjectedRefusal";

  private static final Pattern READ =
      Pattern.compile("(Describe|Get|List|Head|Lookup|BatchGet|Search|Simulate|Select).*");
  private static final ExecutionAttribute<Integer> NUMBER = new ExecutionAttribute<>("WriteNumber");

  /** When an operator dies. */
  enum Moment {
    BEFORE,
    AFTER
  }

  private final Runnable death;
  private final List<String> calls = new ArrayList<>();
  private OptionalInt refused = OptionalInt.empty();
  private OptionalInt fatal = OptionalInt.empty();
  private Moment moment = Moment.AFTER;
  private int writes;
  private boolean dead;

  /**
   * A new log.
   *
   * @param death ends the operator otherwise, too
   */
  CallLog(Runnable death) {
    this.death = death;
  }

  /** Forgets the calls so far; the next write has the number 0. */
  synchronized void restart() {
    calls.clear();
    writes = 0;
    refused = OptionalInt.empty();
    fatal = OptionalInt.empty();
  }

  /** Lets a write, counted from the last restart, be refused for good. */
  synchronized void refuseWrite(int number) {
    refused = OptionalInt.of(number);
  }

  /** Lets the operator die around a write, counted from the last restart. */
  synchronized void dieAround(int number, Moment when) {
    fatal = OptionalInt.of(number);
    moment = when;
  }

  /** How many writes there were. */
  synchronized int writes() {
    return writes;
  }

  /** How often an operation was called. */
  synchronized int count(String operation) {
    return (int) calls.stream().filter(operation::equals).count();
  }

  /** The operations that change something. */
  synchronized Set<String> writeOperations() {
    return calls.stream().filter(CallLog::writes).collect(Collectors.toCollection(TreeSet::new));
  }

  /** The operations that change nothing. */
  synchronized Set<String> readOperations() {
    return calls.stream()
        .filter(call -> !writes(call))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  synchronized boolean isDead() {
    return dead;
  }

  private static boolean writes(String operation) {
    return !READ.matcher(operation).matches();
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    if (begin(operation, attributes)) {
      die();
    }
  }

  /** Counts a call; true when the operator dies before it. */
  private synchronized boolean begin(String operation, ExecutionAttributes attributes) {
    if (dead) {
      throw new OperatorDied();
    }
    calls.add(operation);
    if (!writes(operation)) {
      return false;
    }
    int number = writes++;
    attributes.putAttribute(NUMBER, number);
    if (refused.equals(OptionalInt.of(number))) {
      throw AwsServiceException.builder()
          .statusCode(400)
          .requestId("injected")
          .message("injected: refused for good")
          .awsErrorDetails(
              AwsErrorDetails.builder()
                  .errorCode(REFUSAL)
                  .errorMessage("injected: refused for good")
                  .build())
          .build();
    }
    return moment == Moment.BEFORE && fatal.equals(OptionalInt.of(number));
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    if (dies(attributes)) {
      die();
    }
  }

  private synchronized boolean dies(ExecutionAttributes attributes) {
    if (dead) {
      throw new OperatorDied();
    }
    Integer number = attributes.getAttribute(NUMBER);
    return number != null && moment == Moment.AFTER && fatal.equals(OptionalInt.of(number));
  }

  private void die() {
    synchronized (this) {
      dead = true;
    }
    death.run();
    throw new OperatorDied();
  }

  /** What the code of a dead operator gets from everything it still tries. */
  static final class OperatorDied extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OperatorDied() {
      super("injected: the operator is dead");
    }
  }
}
