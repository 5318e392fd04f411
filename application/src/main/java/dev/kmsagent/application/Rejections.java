package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import java.time.Duration;
import java.time.Instant;

/**
 * Versions that clients have rejected while KMS gave no other, with the pause between two calls to
 * KMS for such a one. The pause begins at the last read, which agents with a shared cache share,
 * and grows with the time since the first rejection. Thread-safe.
 */
final class Rejections {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** The part of the time since the first rejection that a pause takes. */
  private static final int PARTS = 20;

  /** After so long without a rejection the pause is short again. */
  private static final Duration MEMORY = Duration.ofMinutes(2);

  private final BoundedMap<SecretQuery, Rejection> rejections;

  private record Rejection(VersionId version, Instant first) {}

  /**
   * @param bound how many rejections are remembered
   */
  Rejections(int bound) {
    this.rejections = new BoundedMap<>(bound);
  }

  /** Notes that the version in this entry was rejected; returns when it may be read again. */
  Instant readAgainAt(SecretQuery query, CacheEntry entry, Instant now) {
    var version = entry.secret().version();
    var rejection =
        rejections
            .find(query, now)
            .filter(it -> it.version().equals(version))
            .orElseGet(() -> new Rejection(version, now));
    rejections.put(query, rejection, now.plus(MEMORY));
    return entry.readAt().plus(pause(Duration.between(rejection.first(), now)));
  }

  private static Duration pause(Duration sinceFirst) {
    var pause = sinceFirst.dividedBy(PARTS);
    if (pause.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
