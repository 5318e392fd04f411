package dev.kmsagent.application;

import java.time.Duration;

/**
 * Exponential back-off with equal jitter: the n-th delay is between half and all of {@code initial
 * * 2^(n-1)}, at most {@code max}.
 */
record Backoff(Duration initial, Duration max) {
  Duration delay(int failures, double chance) {
    var doublings = Math.clamp(failures - 1L, 0, 30);
    var ceiling = Math.min(max.toMillis(), initial.toMillis() << doublings);
    return Duration.ofMillis(Math.round(ceiling * (0.5 + chance / 2)));
  }
}
