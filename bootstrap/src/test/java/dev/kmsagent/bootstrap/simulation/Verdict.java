package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether all invariants hold: the first that is broken counts. */
final class Verdict {
  private final VirtualTime time;
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
      return String.format("%10.3f s  BROKEN %s: %s", at.toNanos() / 1e9, rule, detail);
    }
  }

  Verdict(VirtualTime time) {
    this.time = time;
  }

  void broken(String rule, String detail) {
    if (violation == null) {
      violation = new Violation(rule, Duration.between(VirtualTime.START, time.instant()), detail);
    }
  }

  /** Code of an agent threw where nobody sees it. */
  void thrown(Throwable bug) {
    broken("no bug", bug.toString());
  }

  Optional<Violation> violation() {
    return Optional.ofNullable(violation);
  }

  /** A date as the time since the start. */
  static String seconds(Instant date) {
    return String.format("%.3f s", Duration.between(VirtualTime.START, date).toNanos() / 1e9);
  }
}
