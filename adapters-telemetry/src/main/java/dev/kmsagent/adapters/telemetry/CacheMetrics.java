package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts what the cache in the process drops, and the use of the shared cache. */
final class CacheMetrics implements EventHandler<CacheEvent> {
  private final MetricFactory metrics;
  private final Counter evictions;

  /** Created where a shared cache is expected: without one its metrics are absent. */
  private @Nullable Shared shared;

  CacheMetrics(MetricFactory metrics) {
    this.metrics = metrics;
    evictions =
        metrics.counter(
            "cache_evictions_total",
            "Entries evicted from the cache, by the limit that was reached.",
            "cause",
            MetricLabels.allOf(EvictionCause.class));
  }

  @Override
  public void handle(CacheEvent event) {
    switch (event) {
      case CacheEvent.EntryEvicted(_, var cause) ->
          evictions.labelValues(MetricLabels.of(cause)).inc();
      case CacheEvent.SharedCacheCalled call -> shared().count(call);
      case CacheEvent.SharedEntryRead(_, var result) ->
          shared().reads.labelValues(MetricLabels.of(result)).inc();
      case CacheEvent.RevocationDropped _ -> shared().dropped.inc();
      case CacheEvent.SharedCacheAlone(var alone) ->
          shared().coherence.labelValues(MetricLabels.ALONE).set(alone ? 1 : 0);
      case CacheEvent.CacheRestored _ -> {}
    }
  }

  /** Has the series of a shared cache begin at 0. */
  void expectShared() {
    var _ = shared();
  }

  private synchronized Shared shared() {
    var known = shared;
    if (known == null) {
      known = new Shared(metrics);
      shared = known;
    }
    return known;
  }

  private static final class Shared {
    /** Seconds: from a store nearby to the longest time that the agent waits for one. */
    private static final double[] BOUNDS = {
      100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5
    };

    private final Counter calls;
    private final Histogram durations;
    private final Counter reads;
    private final Counter dropped;
    private final Gauge coherence;

    Shared(MetricFactory metrics) {
      calls =
          metrics.counter(
              "shared_cache_calls_total",
              "Calls to Redis or the cache folder, by operation and outcome.",
              "operation",
              "outcome");
      durations =
          metrics.histogram(
              "shared_cache_call_duration_seconds",
              "Duration of calls to Redis or the cache folder.",
              BOUNDS,
              "operation");
      MetricLabels.allOf(SharedCacheOperation.class).forEach(this::initialise);
      reads =
          metrics.counter(
              "shared_cache_reads_total",
              "Lookups in Redis or the cache folder, by result.",
              "result",
              MetricLabels.allOf(SharedRead.class));
      dropped =
          metrics.counter(
              "shared_cache_revocations_dropped_total",
              "Revocations that Redis or the cache folder was not told of, since too many waited.");
      coherence =
          metrics.stateGauge(
              "shared_cache_coherence",
              "1 while Redis or the cache folder is not called, since it failed too often.",
              List.of(MetricLabels.ALONE));
    }

    private void initialise(String operation) {
      durations.initLabelValues(operation);
      calls.initLabelValues(operation, MetricLabels.DONE);
      MetricLabels.allOf(SharedCacheOutcome.Cause.class)
          .forEach(cause -> calls.initLabelValues(operation, cause));
    }

    void count(CacheEvent.SharedCacheCalled call) {
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
}
