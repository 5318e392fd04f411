package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.file.Boot;
import dev.kmsagent.domain.time.Clocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The agent's clock: the wall clock at the start, and the time that has elapsed since, suspension
 * included. It never steps back. Thread-safe.
 *
 * <p>Elapsed time is the progress of the monotonic clock. If the wall clock has made another
 * progress, it was set or the machine was suspended: the uptime of the machine tells which. Where
 * the uptime cannot be read, a wall clock that is ahead counts as a suspension.
 */
public final class AgentClock implements InstantSource {
  /** Less is no suspension: a thread had to wait between the readings of two clocks. */
  private static final Duration STEP = Duration.ofSeconds(1);

  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final InstantSource wall;
  private final LongSupplier monotonic;
  private final Supplier<Optional<Duration>> uptime;
  private final AtomicReference<Reading> last;

  /** A date, and what the other clocks showed at it. */
  private record Reading(
      Instant agent, long wallMillis, long monotonic, Optional<Duration> uptime) {}

  /**
   * @param monotonic in nanoseconds; does not count suspension
   * @param uptime counts suspension; empty where it cannot be read
   */
  AgentClock(InstantSource wall, LongSupplier monotonic, Supplier<Optional<Duration>> uptime) {
    this.wall = wall;
    this.monotonic = monotonic;
    this.uptime = uptime;
    var start = wall.instant();
    this.last =
        new AtomicReference<>(
            new Reading(start, start.toEpochMilli(), monotonic.getAsLong(), uptime.get()));
  }

  /** Starts now. */
  public static AgentClock system() {
    return new AgentClock(InstantSource.system(), System::nanoTime, AgentClock::uptime);
  }

  /** Of the machine, in hundredths of a second (proc_uptime(5)). */
  private static Optional<Duration> uptime() {
    try {
      var seconds = Double.parseDouble(Files.readString(UPTIME).split(" ", 2)[0]);
      return Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
    } catch (IOException | NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** This run of the machine; what the kernel does not tell is empty (proc_sys_kernel(5)). */
  static Boot boot() {
    try {
      var id = Files.readString(BOOT_ID).strip();
      return new Boot(id, uptime().orElseThrow());
    } catch (IOException | NoSuchElementException _) {
      return new Boot("", Duration.ZERO);
    }
  }

  /** With the wall clock. */
  public Clocks clocks() {
    return new Clocks(this, wall);
  }

  @Override
  public Instant instant() {
    var from = last.get();
    var progress = monotonic.getAsLong() - from.monotonic();
    return Math.abs(ahead(from, wall.millis(), progress)) < STEP.toMillis()
        ? from.agent().plusNanos(progress)
        : corrected(from);
  }

  /** By how many milliseconds the wall clock has made more progress. */
  private static long ahead(Reading from, long wallMillis, long progress) {
    return wallMillis - from.wallMillis() - TimeUnit.NANOSECONDS.toMillis(progress);
  }

  /**
   * The uptime is read first: what passes until the monotonic clock is read does not count as a
   * suspension.
   */
  private Instant corrected(Reading from) {
    var running = uptime.get();
    var wallMillis = wall.millis();
    var nanos = monotonic.getAsLong();
    var progress = nanos - from.monotonic();
    var suspended =
        running
            .flatMap(now -> from.uptime().map(now::minus))
            .map(passed -> passed.minusNanos(progress))
            .orElseGet(() -> Duration.ofMillis(ahead(from, wallMillis, progress)));
    var counted = suspended.compareTo(STEP) < 0 ? Duration.ZERO : suspended;
    var agent = from.agent().plusNanos(progress).plus(counted);
    return last.compareAndSet(from, new Reading(agent, wallMillis, nanos, running))
        ? agent
        : instant();
  }
}
