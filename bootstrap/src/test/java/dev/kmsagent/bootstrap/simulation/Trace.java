package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run, and the first invariant that was broken: the number and the times of
 * events always, their words on request.
 */
final class Trace {
  private final VirtualTime time;
  private final boolean verbose;
  private final List<String> lines = new ArrayList<>();
  private long digest;
  private @Nullable Violation violation;

  /**
   * A broken invariant.
   *
   * @param rule its short name
   * @param at since the start
   */
  record Violation(String rule, Duration at, String detail) {
    @Override
    public String toString() {
      return line(at, "BROKEN " + rule + ": " + detail);
    }
  }

  Trace(VirtualTime time, boolean verbose) {
    this.time = time;
    this.verbose = verbose;
  }

  /** What happened so long after the start. */
  static String line(Duration at, Object event) {
    return String.format("%10.3f s  %s", at.toNanos() / 1e9, event);
  }

  /** A date as the time since the start. */
  static String seconds(Instant date) {
    return String.format("%.3f s", Duration.between(VirtualTime.START, date).toNanos() / 1e9);
  }

  private Duration now() {
    return Duration.between(VirtualTime.START, time.instant());
  }

  void note(Supplier<String> event) {
    digest = digest * 31 + now().toNanos();
    if (verbose) {
      lines.add(line(now(), event.get()));
    }
  }

  /** An invariant does not hold. */
  void broken(String rule, String detail) {
    if (violation == null) {
      violation = new Violation(rule, now(), detail);
    }
  }

  Optional<Violation> violation() {
    return Optional.ofNullable(violation);
  }

  /** Equal for equal runs. */
  long digest() {
    return digest;
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
