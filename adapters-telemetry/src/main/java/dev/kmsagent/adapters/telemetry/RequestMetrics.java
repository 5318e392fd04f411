package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

/** What clients ask for and get. A read costs two look-ups in an array, no lock, no allocation. */
final class RequestMetrics {
  /** Seconds: from a hit in memory to the default deadline of a request. */
  private static final double[] BOUNDS = {
    50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5,
    5, 10
  };

  private final PerConstant<CacheState, CounterDataPoint> found;
  private final FailureCounters failures;
  private final PerConstant<CacheState, DistributionDataPoint> durations;
  private final DistributionDataPoint failureDuration;
  private final Counter stale;
  private final Counter rejected;

  RequestMetrics(Meters meters) {
    var requests = requests(meters);
    found =
        new PerConstant<>(
            CacheState.class,
            state -> requests.labelValues(MetricLabels.FOUND, MetricLabels.of(state)));
    failures =
        new FailureCounters(outcome -> requests.labelValues(outcome, MetricLabels.NOT_CACHED));
    var duration = duration(meters);
    durations =
        new PerConstant<>(CacheState.class, state -> duration.labelValues(MetricLabels.of(state)));
    failureDuration = duration.labelValues(MetricLabels.NOT_CACHED);
    stale = stale(meters);
    rejected = rejected(meters);
  }

  private static Counter requests(Meters meters) {
    return meters.counter(
        "requests_total",
        "Requests for a secret, by what came of them and the part the cache had in it.",
        "outcome",
        "cache");
  }

  private static Histogram duration(Meters meters) {
    return meters.histogram(
        "request_duration_seconds",
        "Time inside the agent to answer a request for a secret.",
        BOUNDS,
        "cache");
  }

  private static Counter stale(Meters meters) {
    return meters.counter(
        "stale_serves_total", "Values served past their TTL since KMS could not answer.");
  }

  private static Counter rejected(Meters meters) {
    return meters.counter(
        "requests_rejected_total",
        "Requests turned away before a secret was looked for.",
        "status",
        "code");
  }

  void count(SecretRead read) {
    switch (read.outcome()) {
      case Found answer -> count(read, answer.state());
      case NoSecret reason -> {
        failures.count(reason);
        Meters.observe(failureDuration, read.took());
      }
    }
  }

  private void count(SecretRead read, CacheState state) {
    found.get(state).inc();
    Meters.observe(durations.get(state), read.took());
    if (state == CacheState.STALE) {
      stale.inc();
    }
  }

  void count(RequestRejected rejection) {
    rejected.labelValues(Integer.toString(rejection.status()), rejection.code()).inc();
  }
}
