package dev.kmsagent.application;

import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The negative cache: refusals by KMS, each for a short TTL, so that a client that repeats a bad
 * request causes no further calls. It has bounds of its own and evicts no value. Thread-safe.
 */
final class Refusals {
  static final Duration TTL = Duration.ofSeconds(5);

  /** Of secrets that were cached: as many as the cache keeps by default. */
  private static final int REVOKED_BOUND = 1000;

  /** Of names that were not: more of them in one negative TTL are guesses. */
  private static final int GUESSED_BOUND = 200;

  /** By name if the secret is refused as a whole, else by query. */
  private final BoundedMap<Record, Refused> revoked;

  private final BoundedMap<Record, Refused> guessed;

  Refusals(int cacheSize) {
    this.revoked = new BoundedMap<>(Math.min(REVOKED_BOUND, cacheSize));
    this.guessed = new BoundedMap<>(Math.min(GUESSED_BOUND, cacheSize));
  }

  Optional<Refused> find(SecretQuery query, Instant now) {
    return find(revoked, query, now).or(() -> find(guessed, query, now));
  }

  private static Optional<Refused> find(
      BoundedMap<Record, Refused> refusals, SecretQuery query, Instant now) {
    return refusals.find(query.name(), now).or(() -> refusals.find(query, now));
  }

  /** Adds the refusal of a secret that was cached. */
  void addRevoked(SecretQuery query, Refused refusal, Instant now) {
    add(revoked, query, refusal, now);
  }

  /** Adds the refusal of a secret that was not cached. It displaces none of one that was. */
  void addGuessed(SecretQuery query, Refused refusal, Instant now) {
    add(guessed, query, refusal, now);
  }

  private void add(
      BoundedMap<Record, Refused> refusals, SecretQuery query, Refused refusal, Instant now) {
    var about =
        switch (refusal.scope()) {
          case SECRET -> query.name();
          case QUERY -> query;
        };
    refusals.put(about, refusal, now.plus(TTL));
  }

  /** KMS gave the secret again. */
  void remove(SecretQuery query) {
    for (var refusals : List.of(revoked, guessed)) {
      refusals.remove(query.name());
      refusals.remove(query);
    }
  }
}
