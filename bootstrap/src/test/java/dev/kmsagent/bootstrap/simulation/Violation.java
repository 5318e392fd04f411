package dev.kmsagent.bootstrap.simulation;

import java.time.Duration;

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
