package dev.kmsagent.emulator.gateway;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules in force. A call meets the first of them that strikes it, in the order they were added.
 * Safe for many threads.
 */
public final class ActiveFaults {
  private final InstantSource clock;
  private final List<ActiveFault> active = new ArrayList<>();
  private long lastNumber;

  /** A book without rules, whose rules end by this clock. */
  public ActiveFaults(InstantSource clock) {
    this.clock = clock;
  }

  /** Puts a fault in force for every call until it is cleared. */
  public ActiveFault add(Fault fault) {
    return add(FaultRule.of(fault));
  }

  /** Puts a rule in force, behind those that are. */
  public synchronized ActiveFault add(FaultRule rule) {
    Instant ends = rule.lasts().map(clock.instant()::plus).orElse(Instant.MAX);
    var added = new ActiveFault(++lastNumber, rule, rule.calls(), ends);
    active.add(added);
    return added;
  }

  /** Ends the rule of this number; none is as good as ended. */
  public synchronized void clear(long number) {
    active.removeIf(fault -> fault.number() == number);
  }

  /** Ends every rule. Calls that a fault has struck already are not released. */
  public synchronized void clear() {
    active.clear();
  }

  /** The rules in force, oldest first. */
  public synchronized List<ActiveFault> active() {
    dropEnded();
    return List.copyOf(active);
  }

  /** The fault that strikes this call, if any; counts it. */
  public synchronized Optional<Fault> strike(String action, String secretName) {
    dropEnded();
    for (int i = 0; i < active.size(); i++) {
      ActiveFault candidate = active.get(i);
      if (candidate.rule().strikes(action, secretName)) {
        active.set(i, candidate.struck());
        return Optional.of(candidate.rule().fault());
      }
    }
    return Optional.empty();
  }

  private void dropEnded() {
    Instant now = clock.instant();
    active.removeIf(fault -> fault.over(now));
  }
}
