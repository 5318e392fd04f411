package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Found;
import dev.kmsagent.domain.Freshness;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Retrieval by the freshness rules (stale-if-error as in RFC 5861): fresh from the cache; near its
 * end from the cache with a refresh in the background; lapsed from KMS, and stale from the cache
 * while KMS cannot answer; absent from KMS. Thread-safe; a hit takes no lock.
 */
public final class CachedRetrieval implements RetrieveSecret {
  private final Outside outside;
  private final Timing timing;
  private final RetrievalSettings settings;
  private final Attempts attempts;
  private final Ledger ledger;
  private final Flights flights;

  public CachedRetrieval(Outside outside, Timing timing, RetrievalSettings settings) {
    this.outside = outside;
    this.timing = timing;
    this.settings = settings;
    this.attempts = new Attempts(timing.chance());
    this.ledger = new Ledger(outside, timing, settings, attempts);
    this.flights =
        new Flights(
            outside.source(), outside.cache(), ledger, timing.clock(), settings.requestTimeout());
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    var now = timing.clock().instant();
    var answer =
        switch (mode) {
          case CACHED -> throughCache(query, now);
          case REFRESH_NOW -> awaitFlight(query, mode, now, CacheState.REFRESHED);
        };
    return answer.whenComplete((outcome, _) -> report(query, outcome, now));
  }

  private CompletionStage<Retrieval> throughCache(SecretQuery query, Instant now) {
    var cached = outside.cache().find(query);
    if (cached.isEmpty()) {
      return absent(query, Instant.MIN, now, CacheState.MISS);
    }
    var entry = cached.get();
    return switch (entry.freshness(now)) {
      case FRESH -> served(entry, CacheState.HIT);
      case REFRESH_DUE -> {
        refreshInBackground(query, entry, now);
        yield served(entry, CacheState.HIT);
      }
      case LAPSED -> lapsed(query, entry, now);
      case EXPIRED -> absent(query, entry.readAt(), now, CacheState.REVALIDATED);
    };
  }

  private CompletionStage<Retrieval> absent(
      SecretQuery query, Instant readAfter, Instant now, CacheState state) {
    var refusal = ledger.refusal(query, now);
    return refusal.isPresent()
        ? CompletableFuture.completedFuture(refusal.get())
        : awaitFlight(query, ReadMode.CACHED, readAfter, state);
  }

  /** A lapsed value stands in for as long as KMS cannot answer, but not against its will. */
  private CompletionStage<Retrieval> lapsed(SecretQuery query, CacheEntry entry, Instant now) {
    return switch (attempts.outlook(query, now)) {
      case TRANSIENT -> {
        refreshInBackground(query, entry, now);
        yield served(entry, CacheState.STALE);
      }
      case GOOD -> awaitFlightOrStale(query, entry);
      case IDENTITY -> awaitFlight(query, ReadMode.CACHED, entry.readAt(), CacheState.REVALIDATED);
    };
  }

  private void refreshInBackground(SecretQuery query, CacheEntry entry, Instant now) {
    if (!flights.isFlying(query) && attempts.mayRetry(query, now)) {
      var _ = flights.join(query, ReadMode.CACHED, entry.readAt());
    }
  }

  private CompletionStage<Retrieval> awaitFlight(
      SecretQuery query, ReadMode mode, Instant readAfter, CacheState state) {
    var landing = flights.join(query, mode, readAfter);
    return settle(
        landing.thenApply(end -> outcome(end, state)), settings.requestTimeout(), this::tooLate);
  }

  private CompletionStage<Retrieval> awaitFlightOrStale(SecretQuery query, CacheEntry entry) {
    var landing = flights.join(query, ReadMode.CACHED, entry.readAt());
    var patience = min(settings.staleAfter(), settings.requestTimeout());
    return settle(
        landing.thenApply(end -> outcomeOrStale(end, entry)), patience, () -> stale(entry));
  }

  /** Completes {@code answer} with {@code otherwise} if it has not come after {@code patience}. */
  private CompletionStage<Retrieval> settle(
      CompletableFuture<Retrieval> answer, Duration patience, Supplier<Retrieval> otherwise) {
    if (answer.isDone()) {
      return answer;
    }
    var timer = timing.scheduler().schedule(patience, () -> answer.complete(otherwise.get()));
    return answer.whenComplete((_, _) -> timer.cancel());
  }

  private static Retrieval outcome(Landing landing, CacheState state) {
    return switch (landing) {
      case Landing.Brought(var entry) -> new Found(entry, state);
      case Landing.CameEmpty(var reason) -> reason;
    };
  }

  private Retrieval outcomeOrStale(Landing landing, CacheEntry entry) {
    return switch (landing) {
      case Landing.Brought(var brought) -> new Found(brought, CacheState.REVALIDATED);
      case Landing.CameEmpty(var reason) -> staleUnlessForbidden(reason, entry);
    };
  }

  private Retrieval staleUnlessForbidden(NoSecret reason, CacheEntry entry) {
    return switch (reason) {
      case Refused refused -> refused;
      case IdentityRefused refused -> refused;
      case Unavailable unavailable ->
          entry.freshness(timing.clock().instant()) == Freshness.EXPIRED
              ? unavailable
              : stale(entry);
    };
  }

  private static Retrieval stale(CacheEntry entry) {
    return new Found(entry, CacheState.STALE);
  }

  private Retrieval tooLate() {
    return new Unavailable(
        Unavailable.Cause.DEADLINE, "", "KMS did not answer before the deadline of the request.");
  }

  private static CompletionStage<Retrieval> served(CacheEntry entry, CacheState state) {
    return CompletableFuture.completedFuture(new Found(entry, state));
  }

  private void report(SecretQuery query, @Nullable Retrieval outcome, Instant start) {
    if (outcome != null) {
      var took = Duration.between(start, timing.clock().instant());
      outside.events().publish(new AgentEvent.SecretRead(query, outcome, took));
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
