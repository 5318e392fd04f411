package dev.kmsagent.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * A cached secret with its representation and its dates.
 *
 * @param readAt when the call to KMS that returned the secret began
 * @param refreshAt from when a read starts a refresh in the background
 * @param freshUntil the end of the TTL
 * @param staleUntil until when the entry may be served stale while KMS is unavailable
 */
public record CacheEntry(
    CachedSecret secret,
    Representation representation,
    Instant readAt,
    Instant refreshAt,
    Instant freshUntil,
    Instant staleUntil) {
  /**
   * What an entry costs besides its secret and its body, in bytes: its objects and dates, the query
   * that it is filed under, with a name of 64 characters, and its places in the cache and its
   * index.
   */
  private static final int OVERHEAD = 640;

  public CacheEntry {
    if (freshUntil.isBefore(readAt) || staleUntil.isBefore(freshUntil)) {
      throw new IllegalArgumentException("the dates of an entry must follow each other");
    }
  }

  /** How fresh this entry is at {@code now}: the one comparison of its dates with the time. */
  public Freshness freshness(Instant now) {
    if (now.isBefore(freshUntil)) {
      return now.isBefore(refreshAt) ? Freshness.FRESH : Freshness.REFRESH_DUE;
    }
    return now.isBefore(staleUntil) ? Freshness.LAPSED : Freshness.EXPIRED;
  }

  /** Time since KMS was asked; never negative. */
  public Duration age(Instant now) {
    var age = Duration.between(readAt, now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /** Time to the end of the TTL; negative past it. */
  public Duration timeToLive(Instant now) {
    return Duration.between(now, freshUntil);
  }

  /** This entry with its TTL ended at {@code now}; itself if the TTL had ended before. */
  public CacheEntry lapsed(Instant now) {
    var end = readAt.plus(age(now));
    return now.isBefore(freshUntil)
        ? new CacheEntry(secret, representation, readAt, end, end, staleUntil)
        : this;
  }

  /** This entry, to be served stale for {@code bound} past its TTL at most. */
  public CacheEntry staleFor(Duration bound) {
    return Duration.between(freshUntil, staleUntil).compareTo(bound) <= 0
        ? this
        : new CacheEntry(
            secret, representation, readAt, refreshAt, freshUntil, freshUntil.plus(bound));
  }

  /** The memory this entry takes, in bytes, estimated rather too high than too low. */
  public int size() {
    return OVERHEAD + secret.size() + representation.size();
  }

  /** The states of a cache entry, in order of age. */
  public enum Freshness {
    /** Before its refresh is due. */
    FRESH,
    /** Within its TTL, and due for a refresh in the background (refresh-ahead). */
    REFRESH_DUE,
    /** Past its TTL: served only while KMS cannot answer (stale-if-error). */
    LAPSED,
    /** Past the bound on stale serving: not served. */
    EXPIRED
  }
}
