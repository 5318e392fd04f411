package dev.kmsagent.application;

import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The negative cache: refusals by KMS, each for a short TTL, so that a client that repeats a bad
 * request causes no further calls. It has bounds of its own and evicts no value. Thread-safe.
 */
final class NegativeCache {
  static final Duration TTL = Duration.ofSeconds(5);

  /** Refusals of secrets that were cached: as many as the cache keeps by default. */
  private static final int REVOKED_BOUND = 1000;

  /** Refusals of names that were not cached, for which any client can ask: fewer. */
  private static final int GUESSED_BOUND = 200;

  /** By name if the secret is refused as a whole, else by query. */
  private final BoundedMap<Record, Refused> revoked;

  private final BoundedMap<Record, Refused> guessed;

  NegativeCache(int cacheSize) {
    this.revoked = new BoundedMap<>(Math.min(REVOKED_BOUND, cacheSize));
    this.guessed = new BoundedMap<>(Math.min(GUESSED_BOUND, cacheSize));
  }

  Optional<Refused> find(SecretQuery query, Instant now) {
    return Stream.of(revoked, guessed)
        .flatMap(it -> it.find(query.name(), now).or(() -> it.find(query, now)).stream())
        .findFirst();
  }

  /** Adds a refusal. That of a secret that was not cached displaces none of one that was. */
  void add(SecretQuery query, Refused refusal, boolean wasCached, Instant now) {
    var about =
        switch (refusal.scope()) {
          case SECRET -> query.name();
          case QUERY -> query;
        };
    (wasCached ? revoked : guessed).put(about, refusal, now.plus(TTL));
  }

  /** KMS gave the secret again. */
  void remove(SecretQuery query) {
    for (var refusals : List.of(revoked, guessed)) {
      refusals.remove(query.name());
      refusals.remove(query);
    }
  }
}
