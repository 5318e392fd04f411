package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.CallerEvent;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.List;
import java.util.OptionalDouble;

/** Counts what becomes of callers where each pod has its own role. */
final class CallerMetrics extends EventHandler<CallerEvent> {
  private static final String CONFIRMED = "confirmed";
  private static final String REFUSED = "refused";
  private static final String UNDECIDED = "undecided";
  private static final String OBTAINED = "obtained";
  private static final String UNAVAILABLE = "unavailable";

  private final Counter grants;
  private final Counter keys;
  private volatile int tenants;

  CallerMetrics(MetricFactory metrics) {
    super(CallerEvent.class);
    grants =
        metrics.counter(
            "grants_total",
            "Answers of STS to pods that ask for a role, by result.",
            "result",
            List.of(CONFIRMED, REFUSED, UNDECIDED));
    keys =
        metrics.counter(
            "cluster_keys_fetches_total",
            "Attempts to obtain the keys of the cluster, by result.",
            "result",
            List.of(OBTAINED, UNAVAILABLE));
    metrics.gauge(
        "tenants", "Roles whose secrets are served.", () -> OptionalDouble.of((double) tenants));
  }

  @Override
  public void handle(CallerEvent event) {
    switch (event) {
      case CallerEvent.ClusterKeysObtained _ -> keys.labelValues(OBTAINED).inc();
      case CallerEvent.ClusterKeysUnavailable _ -> keys.labelValues(UNAVAILABLE).inc();
      case CallerEvent.CloudAnswered _ -> {}
      case CallerEvent.GrantConfirmed _ -> grants.labelValues(CONFIRMED).inc();
      case CallerEvent.GrantEnded _ -> grants.labelValues(REFUSED).inc();
      case CallerEvent.GrantNotConfirmed _ -> grants.labelValues(UNDECIDED).inc();
      case CallerEvent.TenantOpened opened -> tenants = opened.tenants();
      case CallerEvent.TenantClosed closed -> tenants = closed.tenants();
    }
  }
}
