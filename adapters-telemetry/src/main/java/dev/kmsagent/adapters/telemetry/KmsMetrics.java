package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Counts calls to KMS and their consequences. */
final class KmsMetrics implements EventHandler<KmsEvent> {
  /** Seconds: from a call within the region to the longest read timeout by default. */
  private static final double[] BOUNDS = {5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private static final List<String> BREAKER_STATES = MetricLabels.allOf(BreakerState.class);

  private final InstantSource clock;
  private final Counter calls;
  private final Histogram duration;
  private final Counter refreshFailures;
  private final Counter revocations;
  private final Gauge breaker;
  private volatile @Nullable Instant answered;

  KmsMetrics(MetricFactory metrics, InstantSource clock) {
    this.clock = clock;
    calls =
        metrics.counter(
            "kms_calls_total",
            "Calls to KMS; each retry counts.",
            "outcome",
            MetricLabels.FAILURES);
    calls.initLabelValues(MetricLabels.FETCHED);
    duration = metrics.histogram("kms_call_duration_seconds", "Duration of a call to KMS.", BOUNDS);
    metrics.gauge(
        "kms_last_answer_age_seconds",
        "Time since KMS last returned or refused a secret; absent before.",
        this::answerAge);
    refreshFailures =
        metrics.counter(
            "refresh_failures_total", "Failed reads from KMS.", "outcome", MetricLabels.FAILURES);
    revocations =
        metrics.counter("revocations_total", "Cached secrets evicted because KMS refused them.");
    breaker =
        metrics.stateGauge(
            "breaker_state",
            "1 for the state of the circuit breaker: `closed`, `open`, `half_open`; with "
                + "one agent a node always `closed`.",
            BREAKER_STATES);
    show(BreakerState.CLOSED);
  }

  @Override
  public void handle(KmsEvent event) {
    if (event instanceof KmsEvent.KmsCalled(_, var outcome, var took, _)) {
      duration.observe(MetricFactory.seconds(took));
      count(outcome);
    } else if (event instanceof KmsEvent.CallNotMade(_, var reason)) {
      count(reason);
    } else if (event instanceof KmsEvent.RefreshFailed(_, var reason, _, _)) {
      refreshFailures.labelValues(MetricLabels.of(reason)).inc();
    } else if (event instanceof KmsEvent.SecretRevoked) {
      revocations.inc();
    } else if (event instanceof KmsEvent.BreakerChanged(_, var to)) {
      show(to);
    }
  }

  private void count(FetchOutcome outcome) {
    if (outcome.isAnswer()) {
      answered = clock.instant();
    }
    var label = outcome instanceof NoSecret reason ? MetricLabels.of(reason) : MetricLabels.FETCHED;
    calls.labelValues(label).inc();
  }

  private void show(BreakerState state) {
    MetricFactory.show(breaker, BREAKER_STATES, MetricLabels.of(state));
  }

  private OptionalDouble answerAge() {
    var last = answered;
    return last == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            Math.max(0, MetricFactory.seconds(Duration.between(last, clock.instant()))));
  }
}
