package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.event.CallerEvent;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.List;
import java.util.OptionalDouble;

/** Counts what becomes of callers where each pod has its own role. */
final class CallerMetrics implements EventHandler<CallerEvent> {
  private static final String CONFIRMED = "confirmed";
  private static final String REFUSED = "refused";
  private static final String UNDECIDED = "undecided";

  private final Counter grants;
  private volatile int tenants;

  CallerMetrics(MetricFactory metrics) {
    grants =
        metrics.counter(
            "grants_total",
            "Answers of STS to pods that ask for a role: `confirmed`; `refused`: the role "
                + "or the token; `undecided`: STS did not answer.",
            "result",
            List.of(CONFIRMED, REFUSED, UNDECIDED));
    metrics.gauge(
        "tenants", "Roles whose secrets are served.", () -> OptionalDouble.of((double) tenants));
  }

  @Override
  public void handle(CallerEvent event) {
    switch (event) {
      case CallerEvent.ClusterKeysObtained _,
          CallerEvent.ClusterKeysUnavailable _,
          CallerEvent.ClusterKeysRestored _,
          CallerEvent.CloudAnswered _,
          CallerEvent.CloudUnanswered _,
          CallerEvent.GrantRestored _ -> {}
      case CallerEvent.GrantConfirmed _ -> grants.labelValues(CONFIRMED).inc();
      case CallerEvent.GrantEnded _ -> grants.labelValues(REFUSED).inc();
      case CallerEvent.GrantNotConfirmed(_, _, var why) ->
          grants.labelValues(why instanceof Unavailable ? UNDECIDED : REFUSED).inc();
      case CallerEvent.TenantOpened opened -> tenants = opened.tenants();
      case CallerEvent.TenantClosed closed -> tenants = closed.tenants();
    }
  }
}
