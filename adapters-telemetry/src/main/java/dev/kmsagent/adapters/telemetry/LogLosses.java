package dev.kmsagent.adapters.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** Counts the lines that the log and the audit trail have lost. Thread-safe; never blocks. */
public final class LogLosses {
  /** The time for which a lost audit line degrades the agent: several intervals of a probe. */
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Map<Kind, Map<Reason, LongAdder>> counters = new EnumMap<>(Kind.class);
  private volatile Instant lastOfAudit = Instant.MIN;

  /** What a line belongs to. */
  public enum Kind {
    LOG,
    AUDIT;

    /** Why a line of this kind can be lost. */
    Set<Reason> reasons() {
      return switch (this) {
        case LOG -> EnumSet.of(Reason.QUEUE_FULL, Reason.WRITE_FAILED, Reason.THROTTLED);
        case AUDIT -> EnumSet.of(Reason.QUEUE_FULL, Reason.WRITE_FAILED, Reason.DEADLINE);
      };
    }
  }

  /** Why a line was lost. */
  public enum Reason {
    /** Lines waited to be written, and there was no room for more. */
    QUEUE_FULL,
    /** The file or the stream did not take it. */
    WRITE_FAILED,
    /** More lines of the same event than are logged in 30 s. */
    THROTTLED,
    /** It was not written by the deadline of its read, which failed ({@code AuditRequired}). */
    DEADLINE
  }

  public LogLosses(InstantSource clock) {
    this.clock = clock;
    for (var kind : Kind.values()) {
      var byReason = new EnumMap<Reason, LongAdder>(Reason.class);
      kind.reasons().forEach(reason -> byReason.put(reason, new LongAdder()));
      counters.put(kind, byReason);
    }
  }

  /** Counts a line; {@code reason} is one of its kind. */
  public void count(Kind kind, Reason reason) {
    counter(kind, reason).increment();
    if (kind == Kind.AUDIT) {
      lastOfAudit = clock.instant();
    }
  }

  /** How many lines of this kind were lost for this reason so far. */
  public long lost(Kind kind, Reason reason) {
    return counter(kind, reason).sum();
  }

  /** How long ago the last audit line was lost, if that is less than a minute. */
  Optional<Duration> recentAuditLoss() {
    return Optional.of(Duration.between(lastOfAudit, clock.instant()))
        .filter(age -> age.compareTo(RECENT) < 0);
  }

  long lostAuditLines() {
    return Kind.AUDIT.reasons().stream().mapToLong(reason -> lost(Kind.AUDIT, reason)).sum();
  }

  private LongAdder counter(Kind kind, Reason reason) {
    return Objects.requireNonNull(Objects.requireNonNull(counters.get(kind)).get(reason));
  }
}
