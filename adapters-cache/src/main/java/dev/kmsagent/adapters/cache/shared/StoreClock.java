package dev.kmsagent.adapters.cache.shared;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a store, as far as this agent knows it, and the translation of dates between that
 * and the agent's own clock. Each answer of the store gives its time, which was between the times
 * at which this agent asked and got the answer. Thread-safe.
 */
final class StoreClock {
  /** One second in this many may be gained or lost by two clocks that are both kept right. */
  private static final int DRIFT = 2000;

  private final InstantSource clock;
  private final AtomicReference<@Nullable Reading> best = new AtomicReference<>();

  /**
   * The store's time {@code at} some moment between two times of this agent.
   *
   * @param sent when this agent asked
   * @param received when it got the answer
   */
  private record Reading(Instant sent, Instant received, Instant at) {
    Duration least() {
      return Duration.between(received, at);
    }

    Duration most() {
      return Duration.between(sent, at);
    }

    /** A reading is good if it is narrow and new; one that contradicts it shows a step. */
    boolean isBetterThan(Reading known) {
      var age = Duration.between(known.received, received);
      var width = Duration.between(known.sent, known.received).plus(age.dividedBy(DRIFT));
      return Duration.between(sent, received).compareTo(width) <= 0
          || least().compareTo(known.most()) > 0
          || most().compareTo(known.least()) < 0;
    }
  }

  /**
   * @param clock the agent's own, which never steps
   */
  StoreClock(InstantSource clock) {
    this.clock = clock;
  }

  /** Notes that it was {@code at} in the store at some moment between {@code sent} and now. */
  void note(Instant sent, Instant at) {
    var reading = new Reading(sent, clock.instant(), at);
    best.updateAndGet(known -> known == null || reading.isBetterThan(known) ? reading : known);
  }

  /** Whether the store has answered. */
  boolean isKnown() {
    return best.get() != null;
  }

  /** How far the store's clock is ahead of the agent's, at least; empty before the first answer. */
  Optional<Duration> leastAhead() {
    return Optional.ofNullable(best.get()).map(Reading::least);
  }

  /**
   * The latest date by the store's clock that {@code date} may be; empty before the first answer.
   */
  Optional<Instant> latestInStore(Instant date) {
    return Optional.ofNullable(best.get())
        .map(reading -> date.plus(reading.most()).plus(1, ChronoUnit.MICROS))
        .map(latest -> latest.truncatedTo(ChronoUnit.MICROS));
  }

  /** The earliest date by the agent's clock that a date of an answer may be. */
  Instant earliestHere(Instant date) {
    return date.minus(known().most());
  }

  /** The latest date by the agent's clock that a date of an answer may be: not after now. */
  Instant latestHere(Instant date) {
    var latest = date.minus(known().least());
    var now = clock.instant();
    return latest.isBefore(now) ? latest : now;
  }

  private Reading known() {
    return Objects.requireNonNull(best.get(), "the store has not answered yet");
  }
}
