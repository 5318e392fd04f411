package dev.kmsagent.bootstrap.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What the soak did to the agents' dependencies, and when. Thread-safe. */
final class Timeline {
  private final long start = System.nanoTime();
  private final List<Window> windows = new ArrayList<>();
  private boolean isClosed;

  long start() {
    return start;
  }

  /** Begins a window and returns its number. */
  synchronized int begin(
      String service, String name, Window.Effect effect, Predicate<Target> affects) {
    windows.add(new Window(service, name, effect, System.nanoTime(), Long.MAX_VALUE, affects));
    return windows.size() - 1;
  }

  synchronized void end(int number) {
    if (!isClosed) {
      windows.set(number, windows.get(number).endedAt(System.nanoTime()));
    }
  }

  /** No window ends any more: nobody waits until its effects are over. */
  synchronized void close() {
    isClosed = true;
  }

  synchronized List<Window> all() {
    return List.copyOf(windows);
  }

  /** Those that overlap a time and affect this agent. */
  synchronized List<Window> during(long from, long to, Target target) {
    return windows.stream()
        .filter(window -> window.overlaps(from, to) && window.affects().test(target))
        .toList();
  }
}
