package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FreshnessDecision;
import dev.kmsagent.domain.FreshnessDecision.Outlook;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Retrieval of secrets from the cache and from KMS. Each path follows {@link FreshnessDecision}.
 * Thread-safe; a hit takes no lock.
 */
public final class CachedRetrieval implements RetrieveSecret {
  /** Entries carry the bound of the configuration. */
  private static final Duration AS_CONFIGURED = ChronoUnit.FOREVER.getDuration();

  private static final Unavailable TOO_LATE =
      new Unavailable(
          Unavailable.Cause.DEADLINE, "", "KMS did not answer before the deadline of the request.");

  private final RetrievalPorts ports;
  private final TimeSources timing;
  private final RetrievalSettings settings;
  private final AttemptHistory attempts;
  private final OutcomeRecorder recorder;
  private final Flights flights;
  private final SecretSource source;
  private final Optional<Caller> caller;
  private final Duration maxStale;

  public CachedRetrieval(RetrievalPorts ports, TimeSources timing, RetrievalSettings settings) {
    this.ports = ports;
    this.timing = timing;
    this.settings = settings;
    this.attempts = new AttemptHistory(timing, settings.cacheSize());
    var limit = new ClientCallLimit(timing.clock());
    this.recorder =
        new OutcomeRecorder(
            ports, timing, settings, attempts, limit, new Refusals(settings.cacheSize()));
    this.flights = new Flights(ports, timing, recorder, limit);
    this.source = ports.source();
    this.caller = Optional.empty();
    this.maxStale = AS_CONFIGURED;
  }

  /** The same retrieval for another caller. */
  private CachedRetrieval(
      CachedRetrieval same, SecretSource source, Optional<Caller> caller, Duration maxStale) {
    this.ports = same.ports;
    this.timing = same.timing;
    this.settings = same.settings;
    this.attempts = same.attempts;
    this.recorder = same.recorder;
    this.flights = same.flights;
    this.source = source;
    this.caller = caller;
    this.maxStale = maxStale;
  }

  @Override
  public RetrieveSecret withMaxStale(Duration bound) {
    return new CachedRetrieval(this, source, caller, bound);
  }

  /**
   * The same retrieval, with the same cache, for a caller with rights of its own.
   *
   * @param rights reads what this caller is the first to need
   */
  public CachedRetrieval as(Caller reader, SecretSource rights) {
    return new CachedRetrieval(this, rights, Optional.of(reader), maxStale);
  }

  /** A client that accepts less staleness gets an entry with an earlier end. */
  private CacheEntry bounded(CacheEntry entry) {
    return maxStale.equals(AS_CONFIGURED) ? entry : entry.staleFor(maxStale);
  }

  @Override
  public Optional<Found> lookUp(SecretQuery query) {
    var now = timing.clock().instant();
    var cached = ports.cache().find(query);
    if (cached.isEmpty()) {
      return Optional.empty();
    }
    var entry = bounded(cached.get());
    var decision = decide(query, entry, now);
    if (decision != FreshnessDecision.SERVE && decision != FreshnessDecision.SERVE_STALE) {
      return Optional.empty();
    }
    var found = decision == FreshnessDecision.SERVE ? hit(entry) : stale(entry);
    report(query, found, now);
    return Optional.of(found);
  }

  @Override
  public Optional<Found> findWithoutWaiting(SecretQuery query) {
    var now = timing.clock().instant();
    var found = ports.cache().find(query).flatMap(it -> withoutWaiting(query, bounded(it), now));
    found.ifPresent(it -> report(query, it, now));
    return found;
  }

  private Optional<Found> withoutWaiting(SecretQuery query, CacheEntry entry, Instant now) {
    var decision = decide(query, entry, now);
    return decision == FreshnessDecision.WAIT_OR_SERVE_STALE
        ? Optional.of(refreshing(query, stale(entry), now))
        : served(decision, query, entry, now);
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    var now = timing.clock().instant();
    var request = new Request(query, now, now.plus(settings.requestTimeout()));
    var answer =
        switch (mode) {
          case CACHED -> throughCache(request, ports.cache().find(query));
          case REFRESH_NOW -> awaitFlight(request, mode, now, CacheState.REFRESHED);
        };
    return answer.whenComplete((outcome, _) -> report(query, outcome, now));
  }

  /** A client's request; it is answered by {@code deadline} in any case. */
  private record Request(SecretQuery query, Instant start, Instant deadline) {}

  /** A refusal that is remembered answers without a call to the shared cache or to KMS. */
  private CompletionStage<Retrieval> throughCache(Request request, Optional<CacheEntry> cached) {
    if (cached.isPresent()) {
      return serve(request, bounded(cached.get()), request.start());
    }
    var refusal = recorder.refusal(request.query(), request.start());
    return refusal.isPresent()
        ? CompletableFuture.completedFuture(refusal.get())
        : throughSharedCache(request);
  }

  private CompletionStage<Retrieval> throughSharedCache(Request request) {
    return ports
        .cache()
        .findShared(request.query(), request.deadline())
        .thenCompose(
            shared ->
                shared.isPresent()
                    ? serve(request, bounded(shared.get()), timing.clock().instant())
                    : awaitFlight(request, ReadMode.CACHED, Instant.MIN, CacheState.MISS));
  }

  private CompletionStage<Retrieval> serve(Request request, CacheEntry entry, Instant now) {
    var decision = decide(request.query(), entry, now);
    var served = served(decision, request.query(), entry, now);
    if (served.isPresent()) {
      return CompletableFuture.completedFuture(served.get());
    }
    return decision == FreshnessDecision.WAIT_OR_SERVE_STALE
        ? awaitFlightOrStale(request, entry, now)
        : awaitFlight(request, ReadMode.CACHED, entry.readAt(), CacheState.REVALIDATED);
  }

  private FreshnessDecision decide(SecretQuery query, CacheEntry entry, Instant now) {
    return FreshnessDecision.of(entry, new QueryAttempts(this, query, now), now);
  }

  /** What is served at once by {@code decision}; its refresh, if it wants one, is started. */
  private Optional<Found> served(
      FreshnessDecision decision, SecretQuery query, CacheEntry entry, Instant now) {
    return switch (decision) {
      case SERVE -> Optional.of(hit(entry));
      case SERVE_AND_REFRESH -> Optional.of(refreshing(query, hit(entry), now));
      case SERVE_STALE -> Optional.of(stale(entry));
      case SERVE_STALE_AND_REFRESH -> Optional.of(refreshing(query, stale(entry), now));
      case WAIT_OR_SERVE_STALE, WAIT, FETCH -> Optional.empty();
    };
  }

  /**
   * The attempts of one query, looked up when the rule asks for them. Without a key KMS is not
   * called: it is as if it were unavailable, and a refresh under way.
   */
  private record QueryAttempts(CachedRetrieval retrieval, SecretQuery query, Instant now)
      implements FreshnessDecision.Attempts {
    @Override
    public Outlook outlook() {
      var outlook = retrieval.attempts.outlook(query, now);
      return outlook == Outlook.ANSWERING && (retrieval.flights.isDelayed(query) || isWithoutKey())
          ? Outlook.UNAVAILABLE
          : outlook;
    }

    @Override
    public boolean inFlight() {
      return retrieval.flights.isInFlight(query) || isWithoutKey();
    }

    @Override
    public boolean retryDue() {
      return retrieval.attempts.retryDue(query, now);
    }

    private boolean isWithoutKey() {
      return retrieval.source.missingKey().isPresent();
    }
  }

  /** Starts a refresh in the background; {@code found} is served meanwhile. */
  private Found refreshing(SecretQuery query, Found found, Instant now) {
    var deadline = now.plus(settings.requestTimeout());
    var _ = join(query, ReadMode.CACHED, found.entry().readAt(), deadline);
    return found;
  }

  private CompletableFuture<Retrieval> join(
      SecretQuery query, ReadMode mode, Instant readAfter, Instant deadline) {
    return flights.join(new Flight(query, mode, readAfter, deadline, source));
  }

  private CompletionStage<Retrieval> awaitFlight(
      Request request, ReadMode mode, Instant readAfter, CacheState state) {
    var answer =
        join(request.query(), mode, readAfter, request.deadline())
            .thenApply(result -> inState(state, result));
    return completeBy(request.deadline(), answer, () -> TOO_LATE);
  }

  private CompletionStage<Retrieval> awaitFlightOrStale(
      Request request, CacheEntry entry, Instant now) {
    var answer =
        join(request.query(), ReadMode.CACHED, entry.readAt(), request.deadline())
            .thenApply(result -> answerOrStale(result, entry));
    var staleFrom = now.plus(settings.staleAfter());
    var end = staleFrom.isBefore(request.deadline()) ? staleFrom : request.deadline();
    return end.isBefore(entry.staleUntil())
        ? completeBy(end, answer, () -> delayed(request, entry))
        : completeBy(request.deadline(), answer, () -> TOO_LATE);
  }

  private Retrieval delayed(Request request, CacheEntry entry) {
    flights.markDelayed(request.query());
    return stale(entry);
  }

  /** Completes {@code answer} with {@code otherwise} if it is not complete by {@code end}. */
  private CompletionStage<Retrieval> completeBy(
      Instant end, CompletableFuture<Retrieval> answer, Supplier<Retrieval> otherwise) {
    var delay = Duration.between(timing.clock().instant(), end);
    return timing.scheduler().completeAfter(delay, answer, otherwise);
  }

  private Retrieval answerOrStale(Retrieval result, CacheEntry entry) {
    return result instanceof NoSecret reason
            && FreshnessDecision.allowsStale(entry, reason, timing.clock().instant())
        ? stale(entry)
        : inState(CacheState.REVALIDATED, result);
  }

  private static Retrieval inState(CacheState state, Retrieval result) {
    return result instanceof Found found ? new Found(found.entry(), state) : result;
  }

  private static Found hit(CacheEntry entry) {
    return new Found(entry, CacheState.HIT);
  }

  private static Found stale(CacheEntry entry) {
    return new Found(entry, CacheState.STALE);
  }

  private void report(SecretQuery query, @Nullable Retrieval outcome, Instant start) {
    if (outcome != null) {
      var took = Duration.between(start, timing.clock().instant());
      ports.events().publish(new ReadEvent.SecretRead(query, outcome, took, caller));
    }
  }
}
