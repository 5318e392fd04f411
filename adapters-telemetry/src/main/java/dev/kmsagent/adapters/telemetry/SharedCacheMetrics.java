package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.List;

/** Counts the use of a shared cache, or of a cache in a folder. */
final class SharedCacheMetrics implements EventHandler<CacheEvent> {
  /** Seconds: from a store nearby to the longest time that the agent waits for one. */
  private static final double[] BOUNDS = {
    100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5
  };

  private final Counter calls;
  private final Histogram durations;
  private final Counter reads;
  private final Counter dropped;
  private final Gauge coherence;

  SharedCacheMetrics(MetricFactory metrics) {
    calls =
        metrics.counter(
            "shared_cache_calls_total",
            "Calls to Redis or the cache folder.",
            "operation",
            "outcome");
    durations =
        metrics.histogram(
            "shared_cache_call_duration_seconds",
            "Duration of a call to Redis or the cache folder.",
            BOUNDS,
            "operation");
    MetricLabels.allOf(SharedCacheOperation.class).forEach(this::initialise);
    reads =
        metrics.counter(
            "shared_cache_reads_total",
            "Reads of the shared cache.",
            "result",
            MetricLabels.allOf(SharedRead.class));
    dropped =
        metrics.counter(
            "shared_cache_revocations_dropped_total",
            "Revocations that other agents are not told of: too many wait.");
    coherence =
        metrics.stateGauge(
            "shared_cache_coherence",
            "1 for `alone` while the agent does not call Redis or the cache folder.",
            List.of(MetricLabels.ALONE));
  }

  private void initialise(String operation) {
    durations.initLabelValues(operation);
    calls.initLabelValues(operation, MetricLabels.DONE);
    MetricLabels.allOf(SharedCacheOutcome.Cause.class)
        .forEach(cause -> calls.initLabelValues(operation, cause));
  }

  @Override
  public void handle(CacheEvent event) {
    switch (event) {
      case CacheEvent.SharedCacheCalled call -> count(call);
      case CacheEvent.SharedEntryRead(_, var result) ->
          reads.labelValues(MetricLabels.of(result)).inc();
      case CacheEvent.RevocationDropped _ -> dropped.inc();
      case CacheEvent.SharedCacheAlone(var alone) ->
          coherence.labelValues(MetricLabels.ALONE).set(alone ? 1 : 0);
      case CacheEvent.EntryEvicted _, CacheEvent.CacheRestored _ -> {}
    }
  }

  private void count(CacheEvent.SharedCacheCalled call) {
    var operation = MetricLabels.of(call.operation());
    durations.labelValues(operation).observe(MetricFactory.seconds(call.took()));
    var outcome =
        switch (call.outcome()) {
          case Done() -> MetricLabels.DONE;
          case Failed(var cause, _) -> MetricLabels.of(cause);
        };
    calls.labelValues(operation, outcome).inc();
  }
}
