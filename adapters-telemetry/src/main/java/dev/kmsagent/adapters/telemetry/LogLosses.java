package dev.kmsagent.adapters.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** Counts the lines that the log and the audit trail have lost. Thread-safe; never blocks. */
public final class LogLosses {
  /** The time for which a lost audit line degrades the agent: several intervals of a probe. */
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Map<Loss, Long> counts = new ConcurrentHashMap<>();
  private volatile Instant firstOfAudit = Instant.MIN;
  private volatile Instant lastOfAudit = Instant.MIN;
  private final AtomicBoolean withholding = new AtomicBoolean();

  /** What a line belongs to. */
  public enum Kind {
    LOG,
    AUDIT
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

  private record Loss(Kind kind, Reason reason) {}

  public LogLosses(InstantSource clock) {
    this.clock = clock;
  }

  /** Counts a line. */
  public void count(Kind kind, Reason reason) {
    counts.merge(new Loss(kind, reason), 1L, Long::sum);
    if (kind == Kind.AUDIT) {
      var now = clock.instant();
      if (!isLosing(now)) {
        firstOfAudit = now;
      }
      lastOfAudit = now;
    }
  }

  /** How many lines of this kind were lost for this reason so far. */
  public long lost(Kind kind, Reason reason) {
    return counts.getOrDefault(new Loss(kind, reason), 0L);
  }

  /** A secret was not returned since its audit line was lost; whether it is the first one. */
  boolean withholdSecrets() {
    return !withholding.getAndSet(true);
  }

  void returnSecrets() {
    withholding.set(false);
  }

  boolean areSecretsWithheld() {
    return withholding.get();
  }

  /**
   * How long ago the first of the audit lines was lost that have been lost without a pause of a
   * minute; empty a minute after the last, unless secrets are withheld.
   */
  Optional<Duration> auditLoss() {
    var now = clock.instant();
    return isLosing(now) ? Optional.of(Duration.between(firstOfAudit, now)) : Optional.empty();
  }

  private boolean isLosing(Instant now) {
    return areSecretsWithheld() || Duration.between(lastOfAudit, now).compareTo(RECENT) < 0;
  }

  long lostAuditLines() {
    return Stream.of(Reason.values()).mapToLong(reason -> lost(Kind.AUDIT, reason)).sum();
  }
}
