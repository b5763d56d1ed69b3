package io.iasql.operator;

import io.iasql.engine.catalog.Modules;
import io.iasql.spi.AwsConnector;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ServiceLoader;

/** What the container cannot make by itself. */
@ApplicationScoped
class Wiring {

  @Produces
  @Singleton
  @DefaultBean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  @DefaultBean
  AwsConnector awsConnector() {
    return ServiceLoader.load(AwsConnector.class, Thread.currentThread().getContextClassLoader())
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no AwsConnector on the class path: add aws-account"));
  }

  @Produces
  @Singleton
  Modules modules() {
    return Modules.discover();
  }

  /** A series per custom resource would cost more than it tells. */
  @Produces
  @Singleton
  Metrics metrics(MeterRegistry registry) {
    return MicrometerMetrics.withoutPerResourceMetrics(registry);
  }
}
