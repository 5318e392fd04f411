package dev.kmsagent.emulator.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The nonces of the requests that could still be replayed; safe for many threads. */
final class UsedNonces {
  private final Duration retention;
  private final Map<String, Instant> usedAt = new LinkedHashMap<>();

  UsedNonces(Duration retention) {
    this.retention = retention;
  }

  /** Whether a nonce was used before. */
  enum Use {
    FIRST,
    REPEATED
  }

  /** Records the use of a nonce. */
  synchronized Use use(String nonce, Instant now) {
    Instant oldest = now.minus(retention);
    // Entries are in the order of their times, so the expired ones come first.
    var times = usedAt.values().iterator();
    while (times.hasNext() && times.next().isBefore(oldest)) {
      times.remove();
    }
    return usedAt.putIfAbsent(nonce, now) == null ? Use.FIRST : Use.REPEATED;
  }
}
