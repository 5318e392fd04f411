package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

/** How the cache that several agents share does, as this agent sees it. */
final class SharedCacheMetrics {
  /** Seconds: from a store next door to one that is given up on. */
  private static final double[] BOUNDS = {
    100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5
  };

  private final PerConstant<SharedCacheOperation, Calls> calls;
  private final PerConstant<SharedRead, CounterDataPoint> reads;
  private final StateGauge<Coherence> coherence;

  SharedCacheMetrics(Meters meters) {
    var counter = calls(meters);
    var histogram = durations(meters);
    calls =
        new PerConstant<>(
            SharedCacheOperation.class,
            operation -> Calls.of(MetricLabels.of(operation), counter, histogram));
    var read =
        meters.counter(
            "shared_cache_reads_total", "Entries looked for in the shared cache.", "result");
    reads =
        new PerConstant<>(SharedRead.class, result -> read.labelValues(MetricLabels.of(result)));
    coherence =
        new StateGauge<>(
            meters,
            "shared_cache_coherence",
            "1 for the way in which changes by other agents become known.",
            Coherence.class);
  }

  private static Counter calls(Meters meters) {
    return meters.counter(
        "shared_cache_calls_total",
        "Calls to the store behind the shared cache, by outcome.",
        "operation",
        "outcome");
  }

  private static Histogram durations(Meters meters) {
    return meters.histogram(
        "shared_cache_call_duration_seconds",
        "Time to the outcome of a call to the store behind the shared cache.",
        BOUNDS,
        "operation");
  }

  void count(SharedCacheCalled call) {
    calls.get(call.operation()).count(call);
  }

  void count(SharedEntryRead read) {
    reads.get(read.result()).inc();
  }

  void show(CoherenceChanged change) {
    coherence.show(change.to());
  }

  /** The calls of one operation. */
  private record Calls(
      CounterDataPoint done,
      PerConstant<SharedCacheOutcome.Cause, CounterDataPoint> failed,
      DistributionDataPoint duration) {
    static Calls of(String operation, Counter counter, Histogram histogram) {
      return new Calls(
          counter.labelValues(operation, MetricLabels.DONE),
          new PerConstant<>(
              SharedCacheOutcome.Cause.class,
              cause -> counter.labelValues(operation, MetricLabels.of(cause))),
          histogram.labelValues(operation));
    }

    void count(SharedCacheCalled call) {
      Meters.observe(duration, call.took());
      switch (call.outcome()) {
        case Done _ -> done.inc();
        case Failed failure -> failed.get(failure.cause()).inc();
      }
    }
  }
}
