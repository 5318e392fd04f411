package dev.kmsagent.application;

import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The negative cache: refusals by KMS, each for a short TTL, so that a client that repeats a bad
 * request causes no further calls. It has a bound of its own and evicts no value.
 */
final class Refusals {
  /** Some hundred kilobytes; more refused names in one negative TTL are an attack. */
  private static final int BOUND = 1000;

  private final BoundedMap<SecretQuery, Refused> byQuery = new BoundedMap<>(BOUND);
  private final BoundedMap<SecretName, Refused> bySecret = new BoundedMap<>(BOUND);
  private final Duration ttl;

  Refusals(Duration ttl) {
    this.ttl = ttl;
  }

  Optional<Refused> find(SecretQuery query, Instant now) {
    return bySecret.find(query.name(), now).or(() -> byQuery.find(query, now));
  }

  void add(SecretQuery query, Refused refusal, Instant now) {
    var end = now.plus(ttl);
    switch (refusal.scope()) {
      case SECRET -> bySecret.put(query.name(), refusal, end, now);
      case QUERY -> byQuery.put(query, refusal, end, now);
    }
  }

  /** KMS gave the secret again. */
  void remove(SecretQuery query) {
    bySecret.remove(query.name());
    byQuery.remove(query);
  }
}
