package dev.kmsagent.emulator.gateway;

import java.time.Instant;

/**
 * A rule in force: its number, how many calls it can still strike, and when it ends at the latest.
 */
public record ActiveFault(long number, FaultRule rule, long callsLeft, Instant ends) {

  ActiveFault struck() {
    return callsLeft == Long.MAX_VALUE ? this : new ActiveFault(number, rule, callsLeft - 1, ends);
  }

  boolean over(Instant now) {
    return callsLeft <= 0 || !now.isBefore(ends);
  }
}
