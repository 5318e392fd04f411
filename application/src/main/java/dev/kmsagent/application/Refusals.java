package dev.kmsagent.application;

import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The negative memory: what KMS refused is not asked again for a short time, so that a loop of bad
 * requests is no loop of API calls. Bounded apart from the cache: it displaces no value.
 */
final class Refusals {
  /** Some hundred kilobytes at most; more names than this in one negative TTL are an attack. */
  private static final int BOUND = 1000;

  private final BoundedMap<SecretQuery, Refused> byQuery = new BoundedMap<>(BOUND);
  private final BoundedMap<SecretName, Refused> bySecret = new BoundedMap<>(BOUND);
  private final Duration ttl;

  Refusals(Duration ttl) {
    this.ttl = ttl;
  }

  Optional<Refused> find(SecretQuery query, Instant now) {
    return bySecret.recall(query.name(), now).or(() -> byQuery.recall(query, now));
  }

  void remember(SecretQuery query, Refused refusal, Instant now) {
    var end = now.plus(ttl);
    switch (refusal.scope()) {
      case SECRET -> bySecret.remember(query.name(), refusal, end, now);
      case QUERY -> byQuery.remember(query, refusal, end, now);
    }
  }

  /** KMS gave the secret again. */
  void forget(SecretQuery query) {
    bySecret.forget(query.name());
    byQuery.forget(query);
  }
}
