package dev.kmsagent.bootstrap.fleet;

import java.time.Duration;

/** So many calls in each window of time; what is beyond them is throttled. */
record Quota(int calls, Duration window) {
  static final Quota NONE = perSecond(1_000_000_000);

  static Quota perSecond(int calls) {
    return new Quota(calls, Duration.ofSeconds(1));
  }

  static Quota perMinute(int calls) {
    return new Quota(calls, Duration.ofMinutes(1));
  }

  Quota dividedBy(int parts) {
    return new Quota(calls / parts, window);
  }

  @Override
  public String toString() {
    return calls + (window.toSeconds() == 1 ? "/s" : "/min");
  }
}
