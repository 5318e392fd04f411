package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;

/** Waits until every application has had all its secrets once. For one thread. */
final class Loading {
  private final VirtualTime time;
  private int left;
  private Duration took = Duration.ZERO;

  Loading(int applications, VirtualTime time) {
    this.left = applications;
    this.time = time;
  }

  void oneMore() {
    left--;
    took = Duration.between(VirtualTime.START, time.instant());
  }

  /** When the last was complete; empty if one never was. */
  Optional<Duration> took() {
    return Optional.of(took).filter(_ -> left == 0);
  }
}
