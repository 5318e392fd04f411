package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.function.Function;

/** One counter for each reason why there is no secret, looked up beforehand. */
final class FailureCounters {
  private final CounterDataPoint refused;
  private final CounterDataPoint identityRefused;
  private final PerConstant<Unavailable.Cause, CounterDataPoint> unavailable;

  /**
   * @param counter gives the counter for one of the words for outcomes
   */
  FailureCounters(Function<String, CounterDataPoint> counter) {
    refused = counter.apply(MetricLabels.REFUSED);
    identityRefused = counter.apply(MetricLabels.IDENTITY_REFUSED);
    unavailable =
        new PerConstant<>(Unavailable.Cause.class, cause -> counter.apply(MetricLabels.of(cause)));
  }

  void count(NoSecret reason) {
    switch (reason) {
      case Refused _ -> refused.inc();
      case IdentityRefused _ -> identityRefused.inc();
      case Unavailable without -> unavailable.get(without.cause()).inc();
    }
  }
}
