package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.domain.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The agent's clock: the wall clock at the start, and the time that has elapsed since, suspension
 * included. It never steps back. Thread-safe.
 *
 * <p>Elapsed time is at first the greater of monotonic and wall-clock progress, and then, once
 * {@link #follow} was called, the progress of a clock that counts suspension by itself.
 */
public final class AgentClock implements InstantSource {
  /**
   * A wall clock that is ahead by more was stepped, or the machine was suspended; by less, a thread
   * had to wait between the readings of two clocks.
   */
  private static final Duration STEP = Duration.ofSeconds(1);

  private final InstantSource wall;
  private final LongSupplier monotonic;
  private final AtomicReference<Scale> scale;

  /** Gives the time since a fixed date. */
  private sealed interface Scale {
    /** A date by the three clocks. */
    record Estimated(Instant agent, Instant wall, long monotonic) implements Scale {}

    /** The date at which {@code elapsed} is zero. */
    record Exact(Instant origin, LongSupplier elapsed) implements Scale {}
  }

  /**
   * @param monotonic in nanoseconds; does not count suspension
   */
  AgentClock(InstantSource wall, LongSupplier monotonic) {
    this.wall = wall;
    this.monotonic = monotonic;
    var start = wall.instant();
    this.scale = new AtomicReference<>(new Scale.Estimated(start, start, monotonic.getAsLong()));
  }

  /** Starts now. */
  public static AgentClock system() {
    return new AgentClock(InstantSource.system(), System::nanoTime);
  }

  /** With the wall clock. */
  public Clocks clocks() {
    return new Clocks(this, wall);
  }

  /**
   * From now on elapsed time is that of {@code elapsed}, in nanoseconds. The clock is read after
   * {@code elapsed}, and again if it was corrected meanwhile, so that it does not step back.
   */
  public void follow(LongSupplier elapsed) {
    Scale last;
    Scale exact;
    do {
      last = scale.get();
      var present = elapsed.getAsLong();
      exact = new Scale.Exact(instant().minusNanos(present), elapsed);
    } while (!scale.compareAndSet(last, exact));
  }

  @Override
  public Instant instant() {
    return switch (scale.get()) {
      case Scale.Exact(var origin, var elapsed) -> origin.plusNanos(elapsed.getAsLong());
      case Scale.Estimated last -> estimate(last);
    };
  }

  private Instant estimate(Scale.Estimated last) {
    var nanos = monotonic.getAsLong();
    var progress = Duration.ofNanos(nanos - last.monotonic());
    var shown = wall.instant();
    var ahead = Duration.between(last.wall(), shown).minus(progress);
    var now = last.agent().plus(progress);
    if (ahead.abs().compareTo(STEP) < 0) {
      return now;
    }
    var corrected = ahead.isPositive() ? now.plus(ahead) : now;
    return scale.compareAndSet(last, new Scale.Estimated(corrected, shown, nanos))
        ? corrected
        : instant();
  }
}
