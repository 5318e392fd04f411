package dev.kmsagent.emulator.gateway;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fault rules in force. A call meets the first one that matches it, in the order in which they
 * were added. Safe for many threads.
 */
public final class ActiveFaults {
  private final InstantSource clock;
  private final List<ActiveFault> active = new ArrayList<>();
  private long lastNumber;

  /** No rules yet; their durations are measured by this clock. */
  public ActiveFaults(InstantSource clock) {
    this.clock = clock;
  }

  /** A rule in force: its number, how many calls it still affects, and its latest end. */
  public record ActiveFault(long number, FaultRule rule, long callsLeft, Instant ends) {
    private ActiveFault used() {
      return callsLeft == Long.MAX_VALUE
          ? this
          : new ActiveFault(number, rule, callsLeft - 1, ends);
    }

    private boolean isOver(Instant now) {
      return callsLeft <= 0 || !now.isBefore(ends);
    }
  }

  /** Injects a fault into every call until it is cleared. */
  public ActiveFault add(Fault fault) {
    return add(FaultRule.of(fault));
  }

  /** Adds a rule behind those in force. */
  public synchronized ActiveFault add(FaultRule rule) {
    Duration duration = rule.duration();
    Instant ends = duration == null ? Instant.MAX : clock.instant().plus(duration);
    var added = new ActiveFault(++lastNumber, rule, rule.calls(), ends);
    active.add(added);
    return added;
  }

  /** Ends the rule of this number, if it is in force. */
  public synchronized void clear(long number) {
    active.removeIf(fault -> fault.number() == number);
  }

  /** Ends every rule. Calls that have already met a fault are not released. */
  public synchronized void clear() {
    active.clear();
  }

  /** The rules in force, oldest first. */
  public synchronized List<ActiveFault> active() {
    removeEnded();
    return List.copyOf(active);
  }

  /** The fault for this call, if any; the call counts for its rule. */
  public synchronized Optional<Fault> next(String action, String secretName) {
    removeEnded();
    for (int i = 0; i < active.size(); i++) {
      ActiveFault candidate = active.get(i);
      if (candidate.rule().matches(action, secretName)) {
        active.set(i, candidate.used());
        return Optional.of(candidate.rule().fault());
      }
    }
    return Optional.empty();
  }

  private void removeEnded() {
    Instant now = clock.instant();
    active.removeIf(fault -> fault.isOver(now));
  }
}
