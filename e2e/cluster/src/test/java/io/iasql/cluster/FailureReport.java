package io.iasql.cluster;

import io.iasql.peers.PeerException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Says what the cluster is like when a test fails, while it is still there to be asked. */
final class FailureReport
    implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
  private static final List<String> QUESTIONS =
      List.of(
          "get pods -A -o wide",
          "get events -A --sort-by=.lastTimestamp",
          "get lease -n " + Installation.SYSTEM + " -o yaml",
          "get awsconnections,environments,sqltransactions -A -o wide",
          "describe awsconnections,environments -A",
          "describe pods -n " + Installation.SYSTEM,
          "logs -n " + Installation.SYSTEM + " -l app.kubernetes.io/name=iasql-operator --tail=300",
          "logs -n "
              + Installation.SYSTEM
              + " -l app.kubernetes.io/name=iasql-operator --tail=100 --previous",
          "logs -n " + Installation.NAMESPACE + " -l app.kubernetes.io/name=postgresql --tail=40");

  private final Supplier<Installation> installation;

  /**
   * @param installation null while there is none
   */
  FailureReport(Supplier<Installation> installation) {
    this.installation = installation;
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    say(context);
    throw failure;
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    say(context);
    throw failure;
  }

  private void say(ExtensionContext context) {
    if (installation.get() == null) {
      return;
    }
    System.err.printf("What the cluster is like where %s failed%n", context.getDisplayName());
    for (String question : QUESTIONS) {
      System.err.printf("$ kubectl %s%n%s%n", question, answer(question));
    }
  }

  private String answer(String question) {
    try {
      return installation.get().kubectl(question.split(" "));
    } catch (PeerException e) {
      return e.getMessage();
    }
  }
}
