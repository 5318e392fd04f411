package dev.kmsagent.adapters.cache.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The heap that all replies of Redis that are being received may take together. A reservation ends
 * by itself, since Jedis does not close a connection whose set-up is answered with another type
 * than it expects. Thread-safe.
 */
final class ReplyBudget {
  /** One reply of the largest size, and beside it some thirty secrets of 30 KiB. */
  static final long BYTES = 4L << 20;

  /** The time for one reply from its first byte to its last; a server may send byte by byte. */
  static final Duration LONGEST = Duration.ofSeconds(10);

  private final Map<Object, Reservation> reservations = new HashMap<>();

  private record Reservation(long bytes, Instant end) {}

  /**
   * Reserves so much for a connection, instead of what it had.
   *
   * @throws UnacceptableReplyException when so much is not left
   */
  synchronized void reserve(Object connection, long bytes, Instant now)
      throws UnacceptableReplyException {
    reservations.remove(connection);
    reservations.values().removeIf(other -> other.end().isBefore(now));
    if (reserved() + bytes > BYTES) {
      throw new UnacceptableReplyException("too many large replies at one time");
    }
    reservations.put(connection, new Reservation(bytes, now.plus(LONGEST)));
  }

  synchronized void release(Object connection) {
    reservations.remove(connection);
  }

  synchronized long reserved() {
    return reservations.values().stream().mapToLong(Reservation::bytes).sum();
  }
}
