package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What happened in a run: the number and the times of events always, their words on request. */
final class Trace {
  private final VirtualTime time;
  private final boolean verbose;
  private final List<String> lines = new ArrayList<>();
  private long digest;

  Trace(VirtualTime time, boolean verbose) {
    this.time = time;
    this.verbose = verbose;
  }

  void note(Supplier<String> event) {
    var at = Duration.between(VirtualTime.START, time.instant());
    digest = digest * 31 + at.toNanos();
    if (verbose) {
      lines.add(String.format("%10.3f s  %s", at.toNanos() / 1e9, event.get()));
    }
  }

  /** Equal for equal runs. */
  long digest() {
    return digest;
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
