package io.iasql.scenarios;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Closes each {@link Space} after the test, or after the class whose {@code @BeforeAll} made it.
 * Otherwise the operator would verify, sync and, after each restart, open the environments of all
 * tests that ever ran, and PostgreSQL would run out of connections.
 */
public final class Spaces implements InvocationInterceptor {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Spaces.class);
  private static final ThreadLocal<ExtensionContext> RUNNING = new ThreadLocal<>();

  /** Leaves the space to the test or class that runs in this thread. */
  static void opened(Space space) {
    RUNNING.get().getStore(NAMESPACE).put(space.namespace, (AutoCloseable) space::close);
  }

  /** A test's fields are the test's, not the class's. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public <T> T interceptTestClassConstructor(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Constructor<T>> constructor,
      ExtensionContext context)
      throws Throwable {
    return run(invocation, context);
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, context);
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, context);
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, context);
  }

  private static <T> T run(Invocation<T> invocation, ExtensionContext context) throws Throwable {
    RUNNING.set(context);
    try {
      return invocation.proceed();
    } finally {
      RUNNING.remove();
    }
  }
}
