package dev.kmsagent.adapters.telemetry;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Creates metrics with one prefix in a registry: classic histograms, no exemplars, and no settings
 * from the environment or the class path.
 */
record MetricFactory(PrometheusRegistry registry, String prefix) {
  private static final PrometheusProperties PROPERTIES = PrometheusProperties.builder().build();

  Counter counter(String name, String help, String... labels) {
    return Counter.builder(PROPERTIES)
        .name(prefix + name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /** A counter with one label, whose series exist from the start. */
  Counter counter(String name, String help, String label, List<String> values) {
    var counter = counter(name, help, label);
    values.forEach(counter::initLabelValues);
    return counter;
  }

  /** A counter with one label, whose values are read at each scrape. */
  void counter(
      String name, String help, String label, Consumer<CounterWithCallback.Callback> values) {
    CounterWithCallback.builder(PROPERTIES)
        .name(prefix + name)
        .help(help)
        .labelNames(label)
        .callback(values)
        .register(registry);
  }

  Histogram histogram(String name, String help, double[] bounds, String... labels) {
    return Histogram.builder(PROPERTIES)
        .name(prefix + name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(bounds)
        .withoutExemplars()
        .register(registry);
  }

  /** A gauge whose value is read at each scrape; it is absent while {@code value} is empty. */
  void gauge(String name, String help, Supplier<OptionalDouble> value) {
    GaugeWithCallback.builder(PROPERTIES)
        .name(prefix + name)
        .help(help)
        .callback(callback -> value.get().ifPresent(callback::call))
        .register(registry);
  }

  /** A gauge with one series for each state: see {@link #show}. */
  Gauge stateGauge(String name, String help, List<String> states) {
    var gauge = gauge(name, help, "state");
    states.forEach(gauge::initLabelValues);
    return gauge;
  }

  /** A gauge with one label. */
  Gauge gauge(String name, String help, String label) {
    return Gauge.builder(PROPERTIES)
        .name(prefix + name)
        .help(help)
        .labelNames(label)
        .withoutExemplars()
        .register(registry);
  }

  /** Sets a state gauge to 1 for {@code current} and to 0 for the other states. */
  static void show(Gauge gauge, List<String> states, String current) {
    states.forEach(state -> gauge.labelValues(state).set(state.equals(current) ? 1 : 0));
  }

  Info info(String name, String help, String... labels) {
    return Info.builder(PROPERTIES)
        .name(prefix + name)
        .help(help)
        .labelNames(labels)
        .register(registry);
  }

  /** A duration of any length in seconds; {@code Duration.toNanos} would overflow. */
  static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
