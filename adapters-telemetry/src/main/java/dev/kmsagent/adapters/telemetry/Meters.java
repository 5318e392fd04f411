package dev.kmsagent.adapters.telemetry;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Makes the agent's metrics in one registry: one prefix, classic histograms, no exemplars, and
 * nothing that the environment or the class path could change.
 */
final class Meters {
  private static final String PREFIX = "kms_agent_";
  private static final PrometheusProperties PROPERTIES = PrometheusProperties.builder().build();

  private final PrometheusRegistry registry;

  Meters(PrometheusRegistry registry) {
    this.registry = registry;
  }

  Counter counter(String name, String help, String... labels) {
    return Counter.builder(PROPERTIES)
        .name(PREFIX + name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  Histogram histogram(String name, String help, double[] bounds, String... labels) {
    return Histogram.builder(PROPERTIES)
        .name(PREFIX + name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(bounds)
        .withoutExemplars()
        .register(registry);
  }

  Gauge gauge(String name, String help, String... labels) {
    return Gauge.builder(PROPERTIES)
        .name(PREFIX + name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /** A gauge that is read when it is asked for, and left out while {@code value} is empty. */
  void gauge(String name, String help, Supplier<OptionalDouble> value) {
    GaugeWithCallback.builder(PROPERTIES)
        .name(PREFIX + name)
        .help(help)
        .callback(callback -> value.get().ifPresent(callback::call))
        .register(registry);
  }

  Info info(String name, String help, String... labels) {
    return Info.builder(PROPERTIES)
        .name(PREFIX + name)
        .help(help)
        .labelNames(labels)
        .register(registry);
  }

  /** Records a duration of any length, in seconds. */
  static void observe(DistributionDataPoint histogram, Duration took) {
    histogram.observe(seconds(took));
  }

  static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
