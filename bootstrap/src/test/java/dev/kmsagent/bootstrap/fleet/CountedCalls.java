package dev.kmsagent.bootstrap.fleet;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The calls to one service, held against its quota and counted by the second. */
final class CountedCalls {
  private static final int HOURS = 30;

  private final InstantSource clock;
  private final CallQuota quota;
  private final Instant start;
  private final int[] all = new int[HOURS * 3600];
  private final int[] throttled = new int[HOURS * 3600];
  private long window = -1;
  private int inWindow;

  /** Whether all calls are lost. */
  boolean down;

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

  /** What becomes of a call. */
  enum Fate {
    ANSWERED,
    THROTTLED,
    LOST
  }

  CountedCalls(InstantSource clock, CallQuota quota) {
    this.clock = clock;
    this.quota = quota;
    this.start = clock.instant();
  }

  Fate count() {
    var second = second(clock.instant());
    all[second]++;
    var current = second / quota.window().toSeconds();
    inWindow = current == window ? inWindow + 1 : 1;
    window = current;
    if (inWindow <= quota.calls()) {
      return down ? Fate.LOST : Fate.ANSWERED;
    }
    throttled[second]++;
    return Fate.THROTTLED;
  }

  private int second(Instant instant) {
    return (int) Duration.between(start, instant).toSeconds();
  }

  long since(Instant from) {
    return sum(all, from);
  }

  /** Which part of the calls was throttled, from 0 to 1. */
  double throttledSince(Instant from) {
    return sum(throttled, from) / (double) Math.max(1, since(from));
  }

  private long sum(int[] counts, Instant from) {
    return Arrays.stream(counts, second(from), counts.length).asLongStream().sum();
  }

  /** The most calls in one window of time, the windows side by side. */
  int peak(Duration window, Instant from) {
    var seconds = (int) window.toSeconds();
    var windows = (second(clock.instant()) - second(from)) / seconds;
    return IntStream.range(0, windows)
        .map(i -> second(from) + i * seconds)
        .map(begin -> Arrays.stream(all, begin, begin + seconds).sum())
        .max()
        .orElse(0);
  }
}
