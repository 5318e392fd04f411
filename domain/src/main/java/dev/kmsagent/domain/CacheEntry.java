package dev.kmsagent.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * A secret with its rendered form and its dates.
 *
 * @param readAt when the call to KMS that gave it began: the secret is at least that new
 * @param refreshAt from when on a read renews it in the background
 * @param freshUntil the end of its TTL
 * @param staleUntil until when it may stand in for an answer that KMS does not give
 */
public record CacheEntry(
    Secret secret,
    Representation representation,
    Instant readAt,
    Instant refreshAt,
    Instant freshUntil,
    Instant staleUntil) {
  /** What an entry costs besides its two bodies: objects, dates, names, in bytes, estimated. */
  private static final int OVERHEAD = 512;

  public CacheEntry {
    if (freshUntil.isBefore(readAt) || staleUntil.isBefore(freshUntil)) {
      throw new IllegalArgumentException("the dates of an entry must follow each other");
    }
  }

  /** How fresh this entry is at {@code now}. */
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

  /** The same entry, its TTL ended at {@code now} if it had not yet. */
  public CacheEntry lapsed(Instant now) {
    if (!now.isBefore(freshUntil)) {
      return this;
    }
    var end = now.isBefore(readAt) ? readAt : now;
    return new CacheEntry(secret, representation, readAt, end, end, staleUntil);
  }

  /** The memory this entry takes, in bytes, estimated. */
  public int size() {
    return OVERHEAD + secret.value().size() + representation.size();
  }
}
