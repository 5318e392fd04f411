package dev.kmsagent.client;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Time that passes by sleeping alone, and at which something happens. */
final class VirtualWaiting extends Waiting {
  private final TreeMap<Long, Runnable> events = new TreeMap<>();
  private long now = Long.MAX_VALUE - 5;

  synchronized void at(Duration sinceNow, Runnable event) {
    events.put(sinceNow.toNanos(), event);
  }

  synchronized Duration passed() {
    return Duration.ofNanos(now - (Long.MAX_VALUE - 5));
  }

  synchronized void pass(Duration time) {
    now += time.toNanos();
    for (Map.Entry<Long, Runnable> first = events.firstEntry();
        first != null && first.getKey() <= passed().toNanos();
        first = events.firstEntry()) {
      events.pollFirstEntry().getValue().run();
    }
  }

  @Override
  synchronized long nanoTime() {
    return now;
  }

  @Override
  void sleep(long millis) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pass(Duration.ofMillis(millis));
  }

  /** Requests take real time, of which a busy machine needs more than others. */
  @Override
  long timeout(long millisLeft) {
    return Duration.ofMinutes(1).toMillis();
  }
}
