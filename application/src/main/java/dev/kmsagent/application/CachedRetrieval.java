package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Freshness;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.ReadEvent;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
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
  private final RetrievalPorts ports;
  private final TimeSources timing;
  private final RetrievalSettings settings;
  private final AttemptHistory attempts;
  private final OutcomeRecorder recorder;
  private final Flights flights;

  public CachedRetrieval(RetrievalPorts ports, TimeSources timing, RetrievalSettings settings) {
    this.ports = ports;
    this.timing = timing;
    this.settings = settings;
    this.attempts = new AttemptHistory(timing.chance());
    this.recorder = new OutcomeRecorder(ports, timing, settings, attempts);
    this.flights = new Flights(ports.source(), ports.cache(), recorder, timing.clock());
  }

  @Override
  public Optional<Found> findCached(SecretQuery query) {
    var now = timing.clock().instant();
    var cached = ports.cache().find(query);
    if (cached.isEmpty()) {
      return Optional.empty();
    }
    var found = findCached(query, cached.get(), now);
    if (found.isPresent()) {
      report(query, found.get(), now);
    }
    return found;
  }

  private Optional<Found> findCached(SecretQuery query, CacheEntry entry, Instant now) {
    return switch (entry.freshness(now)) {
      case FRESH -> Optional.of(new Found(entry, CacheState.HIT));
      case REFRESH_DUE -> unlessRefreshed(query, now, new Found(entry, CacheState.HIT));
      case LAPSED ->
          attempts.outlook(query, now) == AttemptHistory.Outlook.TRANSIENT
              ? unlessRefreshed(query, now, stale(entry))
              : Optional.empty();
      case EXPIRED -> Optional.empty();
    };
  }

  @Override
  public Optional<Found> findWithoutWaiting(SecretQuery query) {
    var now = timing.clock().instant();
    var found = ports.cache().find(query).flatMap(entry -> findWithoutWaiting(query, entry, now));
    found.ifPresent(it -> report(query, it, now));
    return found;
  }

  private Optional<Found> findWithoutWaiting(SecretQuery query, CacheEntry entry, Instant now) {
    return switch (entry.freshness(now)) {
      case FRESH -> Optional.of(new Found(entry, CacheState.HIT));
      case REFRESH_DUE -> Optional.of(refreshing(query, entry, now, CacheState.HIT));
      case LAPSED ->
          attempts.outlook(query, now) == AttemptHistory.Outlook.IDENTITY
              ? Optional.empty()
              : Optional.of(refreshing(query, entry, now, CacheState.STALE));
      case EXPIRED -> Optional.empty();
    };
  }

  private Optional<Found> unlessRefreshed(SecretQuery query, Instant now, Found found) {
    return isRefreshDue(query, now) ? Optional.empty() : Optional.of(found);
  }

  private boolean isRefreshDue(SecretQuery query, Instant now) {
    return !flights.isInFlight(query) && attempts.mayRetry(query, now);
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    var now = timing.clock().instant();
    var request = new Request(query, now, now.plus(settings.requestTimeout()));
    var answer =
        switch (mode) {
          case CACHED -> throughCache(request);
          case REFRESH_NOW -> awaitFlight(request, mode, now, CacheState.REFRESHED);
        };
    return answer.whenComplete((outcome, _) -> report(query, outcome, now));
  }

  /** A client's request, and until when it is answered in any case. */
  private record Request(SecretQuery query, Instant start, Instant deadline) {}

  private CompletionStage<Retrieval> throughCache(Request request) {
    var cached = ports.cache().find(request.query());
    return cached.isPresent()
        ? byAge(request, cached.get(), request.start())
        : orRefusal(request, request.start(), () -> recalled(request));
  }

  private CompletionStage<Retrieval> recalled(Request request) {
    return ports
        .cache()
        .findShared(request.query(), request.deadline())
        .thenCompose(
            cached -> cached.map(entry -> byAge(request, entry)).orElseGet(() -> miss(request)));
  }

  private CompletionStage<Retrieval> miss(Request request) {
    return awaitFlight(request, ReadMode.CACHED, Instant.MIN, CacheState.MISS);
  }

  private CompletionStage<Retrieval> byAge(Request request, CacheEntry entry) {
    return byAge(request, entry, timing.clock().instant());
  }

  private CompletionStage<Retrieval> byAge(Request request, CacheEntry entry, Instant now) {
    return switch (entry.freshness(now)) {
      case FRESH -> CompletableFuture.completedFuture(new Found(entry, CacheState.HIT));
      case REFRESH_DUE -> servedRefreshing(request, entry, now, CacheState.HIT);
      case LAPSED -> lapsed(request, entry, now);
      case EXPIRED -> orRefusal(request, now, () -> revalidated(request, entry));
    };
  }

  /** What KMS refused a moment ago is neither looked for nor asked for again. */
  private CompletionStage<Retrieval> orRefusal(
      Request request, Instant now, Supplier<CompletionStage<Retrieval>> otherwise) {
    var refusal = recorder.refusal(request.query(), now);
    return refusal.isPresent() ? CompletableFuture.completedFuture(refusal.get()) : otherwise.get();
  }

  /** A lapsed value stands in for as long as KMS cannot answer, but not against its will. */
  private CompletionStage<Retrieval> lapsed(Request request, CacheEntry entry, Instant now) {
    return switch (attempts.outlook(request.query(), now)) {
      case TRANSIENT -> servedRefreshing(request, entry, now, CacheState.STALE);
      case GOOD -> awaitFlightOrStale(request, entry, now);
      case IDENTITY -> revalidated(request, entry);
    };
  }

  private CompletionStage<Retrieval> revalidated(Request request, CacheEntry entry) {
    return awaitFlight(request, ReadMode.CACHED, entry.readAt(), CacheState.REVALIDATED);
  }

  private CompletionStage<Retrieval> servedRefreshing(
      Request request, CacheEntry entry, Instant now, CacheState state) {
    return CompletableFuture.completedFuture(refreshing(request.query(), entry, now, state));
  }

  /** What is cached, which is renewed in the background. */
  private Found refreshing(SecretQuery query, CacheEntry entry, Instant now, CacheState state) {
    if (isRefreshDue(query, now)) {
      var deadline = now.plus(settings.requestTimeout());
      var _ = flights.join(query, ReadMode.CACHED, entry.readAt(), deadline);
    }
    return new Found(entry, state);
  }

  private CompletionStage<Retrieval> awaitFlight(
      Request request, ReadMode mode, Instant readAfter, CacheState state) {
    var landing = flights.join(request.query(), mode, readAfter, request.deadline());
    return settle(landing.thenApply(end -> outcome(end, state)), request.deadline(), this::deadlinePassed);
  }

  private CompletionStage<Retrieval> awaitFlightOrStale(
      Request request, CacheEntry entry, Instant now) {
    var landing =
        flights.join(request.query(), ReadMode.CACHED, entry.readAt(), request.deadline());
    var patience = now.plus(settings.staleAfter());
    var end = patience.isBefore(request.deadline()) ? patience : request.deadline();
    return settle(landing.thenApply(at -> outcomeOrStale(at, entry)), end, () -> stale(entry));
  }

  /** Completes {@code answer} with {@code otherwise} if it has not come by {@code end}. */
  private CompletionStage<Retrieval> settle(
      CompletableFuture<Retrieval> answer, Instant end, Supplier<Retrieval> otherwise) {
    if (answer.isDone()) {
      return answer;
    }
    var patience = Duration.between(timing.clock().instant(), end);
    var timer = timing.scheduler().schedule(patience, () -> answer.complete(otherwise.get()));
    return answer.whenComplete((_, _) -> timer.cancel());
  }

  private static Retrieval outcome(FlightResult landing, CacheState state) {
    return switch (landing) {
      case FlightResult.Obtained(var entry) -> new Found(entry, state);
      case FlightResult.Failed(var reason) -> reason;
    };
  }

  private Retrieval outcomeOrStale(FlightResult landing, CacheEntry entry) {
    return switch (landing) {
      case FlightResult.Obtained(var brought) -> new Found(brought, CacheState.REVALIDATED);
      case FlightResult.Failed(var reason) -> staleUnlessForbidden(reason, entry);
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

  private static Found stale(CacheEntry entry) {
    return new Found(entry, CacheState.STALE);
  }

  private Retrieval deadlinePassed() {
    return new Unavailable(
        Unavailable.Cause.DEADLINE, "", "KMS did not answer before the deadline of the request.");
  }

  private void report(SecretQuery query, @Nullable Retrieval outcome, Instant start) {
    if (outcome != null) {
      var took = Duration.between(start, timing.clock().instant());
      ports.events().publish(new ReadEvent.SecretRead(query, outcome, took));
    }
  }
}
