package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How KMS does, as this agent sees it. */
final class KmsMetrics {
  /** Seconds: from a call within the region to the longest read timeout by default. */
  private static final double[] BOUNDS = {5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final InstantSource clock;
  private final CounterDataPoint fetched;
  private final FailureCounters failures;
  private final Histogram duration;
  private final StateGauge<BreakerState> breaker;
  private volatile @Nullable Instant answered;

  KmsMetrics(Meters meters, InstantSource clock) {
    this.clock = clock;
    var calls =
        meters.counter(
            "kms_calls_total", "Calls to KMS, a retry counting anew, by outcome.", "outcome");
    fetched = calls.labelValues(MetricLabels.FETCHED);
    failures = new FailureCounters(calls::labelValues);
    duration =
        meters.histogram("kms_call_duration_seconds", "Time to the outcome of a call.", BOUNDS);
    meters.gauge(
        "kms_last_answer_age_seconds",
        "Time since KMS last gave or refused a secret; absent until it first did.",
        this::answerAge);
    breaker =
        new StateGauge<>(
            meters, "breaker_state", "1 for the state the breaker is in.", BreakerState.class);
    breaker.show(BreakerState.CLOSED);
  }

  /** A refusal about a secret is an answer too: KMS works. */
  void count(KmsCalled call) {
    Meters.observe(duration, call.took());
    switch (call.outcome()) {
      case Fetched _ -> {
        fetched.inc();
        answered = clock.instant();
      }
      case Refused refused -> {
        failures.count(refused);
        answered = clock.instant();
      }
      case IdentityRefused refused -> failures.count(refused);
      case Unavailable unavailable -> failures.count(unavailable);
    }
  }

  void show(BreakerChanged change) {
    breaker.show(change.to());
  }

  private OptionalDouble answerAge() {
    var last = answered;
    return last == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, Meters.seconds(Duration.between(last, clock.instant()))));
  }
}
