package dev.kmsagent.adapters.telemetry;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;

/** A metric with a series for each state of something: 1 for the one it is in, 0 for the others. */
final class StateGauge<E extends Enum<E>> {
  private final Class<E> states;
  private final PerConstant<E, GaugeDataPoint> series;

  /** In no state, until one is shown. */
  StateGauge(Meters meters, String name, String help, Class<E> states) {
    this.states = states;
    var gauge = meters.gauge(name, help, "state");
    series = new PerConstant<>(states, state -> gauge.labelValues(MetricLabels.of(state)));
  }

  void show(E now) {
    for (var state : states.getEnumConstants()) {
      series.get(state).set(state == now ? 1 : 0);
    }
  }
}
