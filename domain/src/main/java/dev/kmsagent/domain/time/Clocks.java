package dev.kmsagent.domain.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The two clocks of an agent, and the translation of dates to its own. The agent's clock measures
 * elapsed time, and never steps; everything inside the process goes by it. The wall clock may be
 * wrong, and may step; it only dates what other processes write or read. Thread-safe.
 *
 * <p>It does without {@code Duration.negated()} and {@code abs()}: they load the arithmetic of
 * decimals, which a start needs for nothing else.
 */
public final class Clocks {
  /** Less than any step that matters, and more than passes between the readings of two clocks. */
  private static final Duration TOLERANCE = Duration.ofMillis(10);

  private final InstantSource agent;
  private final InstantSource wall;
  private final AtomicReference<Duration> wallAhead = new AtomicReference<>(Duration.ZERO);

  public Clocks(InstantSource agent, InstantSource wall) {
    this.agent = agent;
    this.wall = wall;
  }

  /** Both clocks are {@code clock}, which must not step. */
  public static Clocks of(InstantSource clock) {
    return new Clocks(clock, clock);
  }

  public InstantSource agent() {
    return agent;
  }

  public InstantSource wall() {
    return wall;
  }

  /**
   * The date by the agent's clock of what the wall clock dates {@code date}. The first and the last
   * instant mean "never" and stay.
   */
  public Instant toAgent(Instant date) {
    var isNever = date.equals(Instant.MIN) || date.equals(Instant.MAX);
    return isNever ? date : date.minus(wallAhead());
  }

  /**
   * Constant while the wall clock does not step, so that a date is translated in the same way each
   * time. A thread that was held up between its readings sees a step that is none.
   */
  private Duration wallAhead() {
    var known = wallAhead.get();
    var before = agent.instant();
    var present = Duration.between(before, wall.instant());
    if (isWithinTolerance(present.minus(known))
        || !isWithinTolerance(Duration.between(before, agent.instant()))) {
      return known;
    }
    wallAhead.set(present);
    return present;
  }

  private static boolean isWithinTolerance(Duration difference) {
    return difference.compareTo(TOLERANCE) <= 0
        && difference.plus(TOLERANCE).compareTo(Duration.ZERO) >= 0;
  }
}
