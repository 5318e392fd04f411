package dev.kmsagent.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * How long an entry is fresh, and how long it may be served stale.
 *
 * @param ttl for how long a value is fresh; zero: never
 * @param ttlJitter the part of the TTL, 0 to 1, by which chance may shorten it
 * @param refreshAhead the part of the TTL after which a read renews in the background; 1: never
 * @param maxStale for how long past the TTL a value may be served stale; zero: never
 */
public record FreshnessPolicy(
    Duration ttl, double ttlJitter, double refreshAhead, Duration maxStale) {
  /** Agents that read a secret after its rotation are spread over this time. */
  private static final Duration ROTATION_JITTER = Duration.ofMinutes(1);

  /** The shortest TTL while a rotation is awaited. */
  private static final Duration SHORTEST_AWAITING = Duration.ofSeconds(10);

  /**
   * The entry for a secret that was asked for at {@code readAt}. Jitter only ever shortens, so that
   * nothing is fresh for longer than its TTL.
   *
   * @param chance a random number from 0 (inclusive) to 1 (exclusive)
   */
  public CacheEntry entry(CachedSecret secret, Representation form, Instant readAt, double chance) {
    var life = scale(ttl, 1 - ttlJitter * chance);
    var freshUntil = readAt.plus(life);
    var refreshAt = readAt.plus(scale(life, refreshAhead));
    return new CacheEntry(secret, form, readAt, refreshAt, freshUntil, freshUntil.plus(maxStale));
  }

  /**
   * This policy for a secret that is read at {@code readAt} and that KMS rotates at {@code
   * rotation}. Before that date, nothing is fresh for longer than to the date and up to a minute of
   * jitter. After it, while the rotation is awaited, for as long as that has been due: so reads
   * double their distance.
   */
  public FreshnessPolicy around(Instant rotation, Instant readAt) {
    var due = Duration.between(readAt, rotation);
    if (due.isNegative()) {
      var overdue = longer(due.negated(), SHORTEST_AWAITING);
      return new FreshnessPolicy(shorter(ttl, overdue), ttlJitter, refreshAhead, maxStale);
    }
    if (due.compareTo(ttl) >= 0) {
      return this;
    }
    var longest = shorter(ttl, due.plus(ROTATION_JITTER));
    var jitter = 1 - (double) due.toNanos() / longest.toNanos();
    return new FreshnessPolicy(longest, jitter, 1, maxStale);
  }

  /**
   * An entry of another agent, limited to what this policy and this clock allow: the policy of the
   * other agent may differ, and its clock may be ahead. It was not read after it was known here.
   *
   * @param known when this agent first saw the entry
   */
  public CacheEntry limit(CacheEntry entry, Instant known) {
    var readAt = earlier(entry.readAt(), known);
    var freshUntil = earlier(entry.freshUntil(), readAt.plus(ttl));
    return new CacheEntry(
        entry.secret(),
        entry.representation(),
        readAt,
        earlier(entry.refreshAt(), freshUntil),
        freshUntil,
        earlier(entry.staleUntil(), freshUntil.plus(maxStale)));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Duration scale(Duration duration, double factor) {
    return Duration.ofNanos(Math.round(duration.toNanos() * factor));
  }
}
