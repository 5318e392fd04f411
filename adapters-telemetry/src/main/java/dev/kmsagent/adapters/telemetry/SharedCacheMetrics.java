package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import java.util.List;

/** Counts the use of a shared cache, or of a cache in a folder. */
final class SharedCacheMetrics implements EventHandler<CacheEvent> {
  private final Counter calls;
  private final Counter reads;
  private final Gauge coherence;

  SharedCacheMetrics(MetricFactory metrics) {
    calls =
        metrics.counter(
            "shared_cache_calls_total",
            "Calls to Redis or the cache folder.",
            "operation",
            "outcome");
    MetricLabels.allOf(SharedCacheOperation.class).forEach(this::initialise);
    reads =
        metrics.counter(
            "shared_cache_reads_total",
            "Reads of the shared cache.",
            "result",
            MetricLabels.allOf(SharedRead.class));
    coherence =
        metrics.stateGauge(
            "shared_cache_coherence",
            "1 for `alone` while the agent does not call Redis or the cache folder.",
            List.of(MetricLabels.ALONE));
  }

  private void initialise(String operation) {
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
      case CacheEvent.SharedCacheAlone(var alone) ->
          coherence.labelValues(MetricLabels.ALONE).set(alone ? 1 : 0);
      case CacheEvent.RevocationDropped _,
          CacheEvent.EntryEvicted _,
          CacheEvent.CacheRestored _ -> {}
    }
  }

  private void count(CacheEvent.SharedCacheCalled call) {
    var outcome =
        switch (call.outcome()) {
          case Done() -> MetricLabels.DONE;
          case Failed(var cause, _) -> MetricLabels.of(cause);
        };
    calls.labelValues(MetricLabels.of(call.operation()), outcome).inc();
  }
}
