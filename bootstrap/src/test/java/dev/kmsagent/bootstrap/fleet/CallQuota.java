package dev.kmsagent.bootstrap.fleet;

import java.time.Duration;

/** So many calls in each window of time; what is beyond them is throttled. */
record CallQuota(int calls, Duration window) {
  static final CallQuota NONE = perSecond(1_000_000_000);

  static CallQuota perSecond(int calls) {
    return new CallQuota(calls, Duration.ofSeconds(1));
  }

  static CallQuota perMinute(int calls) {
    return new CallQuota(calls, Duration.ofMinutes(1));
  }

  CallQuota dividedBy(int parts) {
    return new CallQuota(calls / parts, window);
  }

  @Override
  public String toString() {
    return calls + (window.toSeconds() == 1 ? "/s" : "/min");
  }
}
