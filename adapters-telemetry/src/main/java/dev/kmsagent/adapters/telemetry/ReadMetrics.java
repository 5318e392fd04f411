package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.event.ReadEvent.PlainRequest;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Counts requests for secrets and their answers. A cached read takes no lock, allocates nothing.
 */
final class ReadMetrics implements EventHandler<ReadEvent> {
  /** Seconds: from a hit in memory to the default deadline of a request. */
  private static final double[] BOUNDS = {
    50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5,
    5, 10
  };

  private final Counter requests;
  private final Map<CacheState, CounterDataPoint> found = new EnumMap<>(CacheState.class);
  private final Map<CacheState, DistributionDataPoint> durations = new EnumMap<>(CacheState.class);
  private final DistributionDataPoint failureDuration;
  private final Counter stale;
  private final Counter rejected;
  private final Counter plain;

  ReadMetrics(MetricFactory metrics) {
    requests = metrics.counter("requests_total", "Requests for a secret.", "outcome", "cache");
    var duration =
        metrics.histogram(
            "request_duration_seconds",
            "Time inside the agent for a request for a secret.",
            BOUNDS,
            "cache");
    for (var state : CacheState.values()) {
      var label = MetricLabels.of(state);
      found.put(state, requests.labelValues(MetricLabels.FOUND, label));
      durations.put(state, duration.labelValues(label));
    }
    MetricLabels.FAILURES.forEach(
        outcome -> requests.initLabelValues(outcome, MetricLabels.NOT_CACHED));
    failureDuration = duration.labelValues(MetricLabels.NOT_CACHED);
    stale =
        metrics.counter(
            "stale_serves_total", "Values served past their TTL because KMS did not answer.");
    rejected =
        metrics.counter(
            "requests_rejected_total",
            "Requests rejected before the cache was read; `reason` of `Forbidden.Token` is "
                + "`missing` or `wrong`, of `TooManyRequests` `waiting`: beyond "
                + "`Server.MaxWaiting`.",
            "status",
            "code",
            "reason");
    plain =
        metrics.counter(
            "plain_requests_total",
            "Requests without TLS to an agent that has TLS; the namespace of the pod, from "
                + "its first such request.",
            "namespace",
            List.of(""));
  }

  /** Has the series of this rejection begin at 0. */
  void expect(RequestRejected rejection) {
    rejected.initLabelValues(
        Integer.toString(rejection.status()), rejection.code(), rejection.reason());
  }

  @Override
  public void handle(ReadEvent event) {
    if (event instanceof SecretRead read) {
      count(read);
    } else if (event instanceof RequestRejected(var status, var code, var reason, _, _)) {
      rejected.labelValues(Integer.toString(status), code, reason).inc();
    } else if (event instanceof PlainRequest(var sender)) {
      plain.labelValues(sender.subject().map(Subject::namespace).orElse("")).inc();
    }
  }

  private void count(SecretRead read) {
    if (read.outcome() instanceof Found answer) {
      countFound(answer.state(), read.took());
    } else if (read.outcome() instanceof NoSecret reason) {
      requests.labelValues(MetricLabels.of(reason), MetricLabels.NOT_CACHED).inc();
      failureDuration.observe(MetricFactory.seconds(read.took()));
    }
  }

  private void countFound(CacheState state, Duration took) {
    Objects.requireNonNull(found.get(state)).inc();
    Objects.requireNonNull(durations.get(state)).observe(MetricFactory.seconds(took));
    if (state == CacheState.STALE) {
      stale.inc();
    }
  }
}
