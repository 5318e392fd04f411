package dev.kmsagent.emulator.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which nonces were used, for as long as their requests could be replayed; safe for many
 * threads.
 */
final class UsedNonces {
  private final Duration span;
  private final Map<String, Instant> seen = new LinkedHashMap<>();

  UsedNonces(Duration span) {
    this.span = span;
  }

  /** What the memory says of a nonce. */
  enum Answer {
    FRESH,
    USED
  }

  /** Looks a nonce up and remembers it from now on. */
  synchronized Answer use(String nonce, Instant now) {
    forgetBefore(now.minus(span));
    return seen.putIfAbsent(nonce, now) == null ? Answer.FRESH : Answer.USED;
  }

  private void forgetBefore(Instant end) {
    Iterator<Instant> oldestFirst = seen.values().iterator();
    while (oldestFirst.hasNext() && oldestFirst.next().isBefore(end)) {
      oldestFirst.remove();
    }
  }
}
