package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.SecretCache;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.OptionalDouble;

/** What is cached, and what becomes of it. */
final class CacheMetrics {
  private final Meters meters;
  private final PerConstant<EvictionCause, CounterDataPoint> evictions;
  private final FailureCounters refreshFailures;
  private final Counter revocations;

  CacheMetrics(Meters meters) {
    this.meters = meters;
    var evicted =
        meters.counter(
            "cache_evictions_total",
            "Entries dropped for lack of room, by what the cache ran out of.",
            "cause");
    evictions =
        new PerConstant<>(
            EvictionCause.class, cause -> evicted.labelValues(MetricLabels.of(cause)));
    var failed =
        meters.counter(
            "refresh_failures_total",
            "Secrets that could not be read from KMS, by outcome.",
            "outcome");
    refreshFailures = new FailureCounters(failed::labelValues);
    revocations =
        meters.counter(
            "revocations_total", "Secrets dropped from the cache since KMS refused them.");
  }

  void watch(SecretCache cache) {
    meters.gauge(
        "cache_entries",
        "Entries in the cache.",
        () -> OptionalDouble.of((double) cache.occupancy().entries()));
    meters.gauge(
        "cache_bytes",
        "Memory the entries in the cache take, estimated.",
        () -> OptionalDouble.of((double) cache.occupancy().bytes()));
  }

  void count(EntryEvicted eviction) {
    evictions.get(eviction.cause()).inc();
  }

  void count(RefreshFailed refresh) {
    refreshFailures.count(refresh.reason());
  }

  void countRevocation() {
    revocations.inc();
  }
}
