package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;

/** The way between one agent and KMS. */
final class KmsConnection {
  private final VirtualTime time;
  private Instant downUntil = Instant.MIN;

  KmsConnection(VirtualTime time) {
    this.time = time;
  }

  void cut(Duration length) {
    var end = time.instant().plus(length);
    downUntil = end.isAfter(downUntil) ? end : downUntil;
  }

  boolean isDown() {
    return time.instant().isBefore(downUntil);
  }

  /** Whether it was down within so much time before now. */
  boolean wasDownWithin(Duration length) {
    return time.instant().minus(length).isBefore(downUntil);
  }
}
