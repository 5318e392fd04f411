package dev.kmsagent.adapters.telemetry;

import static dev.kmsagent.adapters.telemetry.HealthHandler.secondsBetween;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The health of the shared cache, or of a cache in a folder. At worst it degrades the agent: reads
 * are served from KMS and from the copies in the process.
 */
final class CacheHealth extends HealthHandler<CacheEvent> {
  private final InstantSource clock;
  private final boolean inFolder;

  /** The operations whose last call failed. */
  private final Map<SharedCacheOperation, Failures<Failed>> failures =
      new EnumMap<>(SharedCacheOperation.class);

  /** Whether this agent has a shared cache, of which its first event tells. */
  private boolean known;

  private @Nullable Instant aloneSince;
  private volatile boolean hasRestored;

  CacheHealth(InstantSource clock, boolean inFolder) {
    super(CacheEvent.class);
    this.clock = clock;
    this.inFolder = inFolder;
  }

  /** Whether there were secrets before this start. */
  boolean hasRestored() {
    return hasRestored;
  }

  @Override
  public synchronized void handle(CacheEvent event) {
    switch (event) {
      case CacheEvent.SharedCacheCalled(var operation, var outcome, _) ->
          record(operation, outcome);
      case CacheEvent.SharedCacheAlone(var alone) -> record(alone);
      case CacheEvent.CacheRestored(var secrets) -> hasRestored = secrets > 0;
      case CacheEvent.EntryEvicted _,
          CacheEvent.SharedEntryRead _,
          CacheEvent.RevocationDropped _ -> {}
    }
  }

  private void record(SharedCacheOperation operation, SharedCacheOutcome outcome) {
    known = true;
    switch (outcome) {
      case Done() -> {
        failures.remove(operation);
        recordConnection();
      }
      case Failed failed ->
          failures.compute(
              operation, (_, before) -> Failures.after(before, failed, clock.instant()));
    }
  }

  private void record(boolean alone) {
    known = true;
    aloneSince = alone ? clock.instant() : null;
    if (!alone) {
      recordConnection();
    }
  }

  /** The store was reached: failures to reach it are over for every operation. */
  private void recordConnection() {
    failures.values().removeIf(failure -> isConnectionFailure(failure.last().cause()));
  }

  private static boolean isConnectionFailure(Cause cause) {
    return switch (cause) {
      case UNREACHABLE, TIMEOUT, NOT_READY -> true;
      case DENIED, FORBIDDEN, FULL, READ_ONLY, CLOCK, ERROR -> false;
    };
  }

  @Override
  synchronized Map<String, Dependency> dependencies(Instant now) {
    return known ? Map.of("shared_cache", describe(now)) : Map.of();
  }

  private Dependency describe(Instant now) {
    var name = inFolder ? "cache folder" : "shared cache";
    var operations =
        failures.entrySet().stream().map(entry -> describe(entry.getKey(), entry.getValue(), now));
    var problems = Stream.concat(operations, disconnection(now)).collect(joining("; "));
    if (!problems.isEmpty()) {
      return failing("The %s has problems: %s.".formatted(name, problems));
    }
    return new Dependency(Status.UP, "No failure of the %s is known.".formatted(name));
  }

  /** The failure that began first tells the class. */
  private Dependency failing(String detail) {
    var first = failures.values().stream().min(Comparator.comparing(Failures::since));
    var since = first.map(Failures::since).or(() -> Optional.ofNullable(aloneSince)).orElseThrow();
    var outcome = first.map(it -> MetricLabels.of(it.last().cause())).orElse(MetricLabels.ALONE);
    var section = inFolder ? "cache-folder-fails" : "redis-fails";
    return failing(Status.DEGRADED, detail, since, outcome, "", section);
  }

  private Stream<String> disconnection(Instant now) {
    var since = aloneSince;
    var lack = inFolder ? "it has not been used" : "no changes by other agents have arrived";
    return since == null
        ? Stream.empty()
        : Stream.of("%s for %d s (alone)".formatted(lack, secondsBetween(since, now)));
  }

  private static String describe(
      SharedCacheOperation operation, Failures<Failed> failure, Instant now) {
    return "%ss have failed for %d s (%s: %s)"
        .formatted(
            MetricLabels.of(operation),
            secondsBetween(failure.since(), now),
            MetricLabels.of(failure.last().cause()),
            HealthHandler.clause(failure.last().detail()));
  }
}
