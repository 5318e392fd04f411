package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalDouble;

/** How the agent's credentials are renewed. */
final class CredentialMetrics {
  private final InstantSource clock;
  private final CounterDataPoint obtained;
  private final CounterDataPoint notRenewed;
  private final CounterDataPoint missing;
  private volatile Instant end = Instant.MIN;

  CredentialMetrics(Meters meters, InstantSource clock) {
    this.clock = clock;
    var renewals =
        meters.counter(
            "credentials_renewals_total", "Attempts to obtain credentials, by result.", "result");
    obtained = renewals.labelValues("obtained");
    notRenewed = renewals.labelValues("not_renewed");
    missing = renewals.labelValues("missing");
    meters.gauge(
        "credentials_seconds_left",
        "Time to the end of the credentials; absent without any, and for those without an end.",
        this::secondsLeft);
  }

  void count(CredentialsObtained event) {
    end = event.end();
    obtained.inc();
  }

  void countNotRenewed() {
    notRenewed.inc();
  }

  void countMissing() {
    end = Instant.MIN;
    missing.inc();
  }

  private OptionalDouble secondsLeft() {
    var last = end;
    var now = clock.instant();
    return now.isBefore(last) && !last.equals(Instant.MAX)
        ? OptionalDouble.of(Meters.seconds(Duration.between(now, last)))
        : OptionalDouble.empty();
  }
}
