package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Records the outcome of a flight: stores a secret in the cache; on a refusal, evicts the secret
 * and adds it to the negative cache; adds a failure to the history of attempts. Thread-safe.
 */
record OutcomeRecorder(
    RetrievalPorts ports,
    TimeSources timing,
    RetrievalSettings settings,
    AttemptHistory attempts,
    ClientCallLimit limit,
    NegativeCache refusals) {
  /**
   * Stores a secret that {@code flight} brought, and returns its entry.
   *
   * @param begun when the first call to KMS began
   */
  CacheEntry keep(Flight flight, Fetched fetched, Instant begun) {
    var secret = fetched.secret();
    var form = ports.renderer().render(secret);
    var kept = ports.cache().needed(secret);
    var readAt = fetched.retriedAt().orElse(begun);
    var freshness = settings.freshness();
    var policy = secret.nextRotation().map(it -> freshness.around(it, readAt)).orElse(freshness);
    var entry = policy.entry(kept, form, readAt, timing.chance().getAsDouble());
    attempts.succeeded(flight.query, timing.now());
    if (!flight.isInvalidated.get()) {
      refusals.remove(flight.query);
      store(flight, entry);
    }
    return entry;
  }

  /** A refusal that arrived during the store may have evicted too early: it evicts again. */
  private void store(Flight flight, CacheEntry entry) {
    var secret = entry.secret();
    ports.cache().store(flight.query, entry);
    if (flight.mode == ReadMode.REFRESH_NOW) {
      cachedQueries(flight.query)
          .filter(other -> !other.equals(flight.query))
          .filter(other -> other.version().selects(secret.version(), secret.stages()))
          .forEach(other -> replace(flight.query, other, entry));
    }
    if (flight.isInvalidated.get()) {
      var _ = evictAll(flight.query);
    }
  }

  /**
   * The same name means the same secret. A plain name and an ARN may mean the same: what is cached
   * under the other is not overwritten with a secret that may be another one, but lapses if it
   * differs.
   */
  private void replace(SecretQuery query, SecretQuery other, CacheEntry entry) {
    var cache = ports.cache();
    if (other.name().equals(query.name())) {
      cache.store(other, entry);
    } else {
      var now = timing.now();
      cache
          .find(other)
          .filter(cached -> !cached.representation().equals(entry.representation()))
          .ifPresent(cached -> cache.store(other, cached.lapsed(now)));
    }
  }

  /** Notes why {@code flight} brought no secret, and returns it. */
  CompletionStage<NoSecret> note(Flight flight, NoSecret reason) {
    var query = flight.query;
    if (reason instanceof Refused refused) {
      return revoke(query, refused, flight.caller).thenApply(_ -> reason);
    }
    var retryIn = attempts.failed(query, reason, timing.now());
    ports.events().publish(new KmsEvent.RefreshFailed(query, reason, retryIn, flight.caller));
    return CompletableFuture.completedStage(reason);
  }

  /** Completes once the refusal may be answered: no restart brings the secret back. */
  private CompletionStage<?> revoke(SecretQuery query, Refused refused, Optional<Caller> caller) {
    var now = timing.now();
    attempts.succeeded(query, now);
    var revoked =
        cachedQueries(query)
            .filter(it -> refused.scope() == Refused.Scope.SECRET || it.equals(query))
            .toList();
    refusals.add(query, refused, !revoked.isEmpty(), now);
    if (!revoked.isEmpty()) {
      limit.charge((int) revoked.stream().filter(other -> !other.equals(query)).count());
      ports.events().publish(new KmsEvent.SecretRevoked(query, refused, revoked.size(), caller));
    }
    return refused.scope() == Refused.Scope.SECRET ? evictAll(query) : ports.cache().evict(query);
  }

  /** Evicts it under each name that may be it: the plain one, and those in this process. */
  private CompletionStage<?> evictAll(SecretQuery query) {
    var name = query.name();
    var plain = Stream.of(name, name.plain()).filter(ports.mayBe(name));
    var evictions =
        Stream.concat(plain, cachedQueries(query).map(SecretQuery::name))
            .distinct()
            .map(it -> ports.cache().evictAll(it).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(evictions);
  }

  /** The queries that have an entry in this process and may be for the same secret. */
  private Stream<SecretQuery> cachedQueries(SecretQuery query) {
    var isSame = ports.mayBe(query.name());
    return ports.cache().cachedQueries(query.name().plain()).stream()
        .filter(other -> isSame.test(other.name()));
  }
}
