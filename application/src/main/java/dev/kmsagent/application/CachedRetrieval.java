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
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Retrieval of secrets from one cache and from KMS, for all who read through that cache: they share
 * what is cached, the calls under way, and what is known of failed ones. Each path follows {@link
 * FreshnessDecision}. Thread-safe; a hit takes no lock.
 */
public final class CachedRetrieval implements AutoCloseable {
  /** Entries carry the bound of the configuration. */
  private static final Duration AS_CONFIGURED = ChronoUnit.FOREVER.getDuration();

  private static final Unavailable TOO_LATE =
      new Unavailable(
          Unavailable.Cause.DEADLINE, "", "KMS did not answer before the deadline of the request.");

  private static final Unavailable NO_NEWER_VERSION =
      new Unavailable(
          Unavailable.Cause.NO_NEWER_VERSION,
          "",
          "No other version than the rejected one is known; KMS is asked again after a pause.");

  private final Watches watches;
  private final RetrievalPorts ports;
  private final TimeSources timing;
  private final RetrievalSettings settings;
  private final AttemptHistory attempts;
  private final Rejections rejections;
  private final OutcomeRecorder recorder;
  private final Flights flights;

  public CachedRetrieval(RetrievalPorts ports, TimeSources timing, RetrievalSettings settings) {
    this.watches = new Watches(ports, timing, settings.requestTimeout());
    this.ports = ports;
    this.timing = timing;
    this.settings = settings;
    this.attempts = new AttemptHistory(timing, settings.cacheSize());
    this.rejections = new Rejections(settings.cacheSize());
    var limit = new ClientCallLimit(timing.clock());
    var refusals = new NegativeCache(settings.cacheSize());
    this.recorder = new OutcomeRecorder(ports, timing, settings, attempts, limit, refusals);
    this.flights = new Flights(ports, timing, limit, recorder, watches);
  }

  /** The retrieval for all who read with the same rights: those that {@code source} has. */
  public RetrieveSecret with(SecretSource source) {
    return new Reader(source, Optional.empty(), AS_CONFIGURED);
  }

  /**
   * The retrieval for a caller with rights of its own.
   *
   * @param rights reads what this caller is the first to need
   */
  public RetrieveSecret as(Caller caller, SecretSource rights) {
    return new Reader(rights, Optional.of(caller), AS_CONFIGURED);
  }

  /** Wakes all who wait for a change: nobody reads through this cache any more. */
  @Override
  public void close() {
    watches.close();
  }

  /** Who reads, with which rights, and how stale a value it accepts. */
  private final class Reader implements RetrieveSecret, Watches.Rights {
    private final SecretSource source;
    private final Optional<Caller> caller;
    private final Duration maxStale;

    Reader(SecretSource source, Optional<Caller> caller, Duration maxStale) {
      this.source = source;
      this.caller = caller;
      this.maxStale = maxStale;
    }

    @Override
    public RetrieveSecret withMaxStale(Duration bound) {
      return new Reader(source, caller, bound);
    }

    /** A reader that accepts less staleness gets an entry with an earlier end. */
    private CacheEntry bounded(CacheEntry entry) {
      return maxStale.equals(AS_CONFIGURED) ? entry : entry.staleFor(maxStale);
    }

    @Override
    public Optional<Found> lookUp(SecretQuery query) {
      var now = timing.now();
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
      var now = timing.now();
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

    /** The request is answered by its deadline in any case. */
    @Override
    public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
      var now = timing.now();
      var deadline = now.plus(settings.requestTimeout());
      var answer =
          switch (mode) {
            case CACHED -> throughCache(query, now, deadline);
            case REFRESH_NOW ->
                await(new Flight(query, mode, now, deadline, source, caller), CacheState.REFRESHED);
          };
      return answer.whenComplete((outcome, _) -> report(query, outcome, now));
    }

    @Override
    public CompletionStage<Retrieval> retrieveOther(SecretQuery query, Set<VersionId> rejected) {
      var now = timing.now();
      var deadline = now.plus(settings.requestTimeout());
      return throughCache(query, now, deadline)
          .thenCompose(
              it ->
                  isRejected(it, rejected)
                      ? readAgain(query, ((Found) it).entry(), deadline)
                      : CompletableFuture.completedFuture(it))
          .thenApply(it -> isRejected(it, rejected) ? NO_NEWER_VERSION : it)
          .whenComplete((outcome, _) -> report(query, outcome, now));
    }

    private CompletionStage<Retrieval> readAgain(
        SecretQuery query, CacheEntry entry, Instant deadline) {
      var now = timing.now();
      return now.isBefore(rejections.readAgainAt(query, entry, now))
              || !attempts.retryDue(query, now)
          ? CompletableFuture.completedFuture(NO_NEWER_VERSION)
          : await(
              new Flight(query, ReadMode.REFRESH_NOW, entry.readAt(), deadline, source, caller),
              CacheState.REFRESHED);
    }

    @Override
    public CompletionStage<?> awaitChange(SecretQuery query, Revision known, Instant deadline) {
      return watches.await(query, known, deadline, this);
    }

    @Override
    public void readAnew(SecretQuery query, Instant readAfter, Instant deadline) {
      var _ = flights.join(flight(query, readAfter, deadline));
    }

    /** A refusal that is remembered answers without a call to the shared cache or to KMS. */
    private CompletionStage<Retrieval> throughCache(
        SecretQuery query, Instant now, Instant deadline) {
      var cached = ports.cache().find(query);
      if (cached.isPresent()) {
        return serve(query, bounded(cached.get()), now, deadline);
      }
      var refusal = recorder.refusals().find(query, now);
      return refusal.isPresent()
          ? CompletableFuture.completedFuture(refusal.get())
          : throughSharedCache(query, deadline);
    }

    private CompletionStage<Retrieval> throughSharedCache(SecretQuery query, Instant deadline) {
      return ports
          .cache()
          .findShared(query, deadline)
          .thenCompose(
              shared ->
                  shared.isPresent()
                      ? serve(query, bounded(shared.get()), timing.now(), deadline)
                      : await(flight(query, Instant.MIN, deadline), CacheState.MISS));
    }

    private CompletionStage<Retrieval> serve(
        SecretQuery query, CacheEntry entry, Instant now, Instant deadline) {
      var decision = decide(query, entry, now);
      var served = served(decision, query, entry, now);
      if (served.isPresent()) {
        return CompletableFuture.completedFuture(served.get());
      }
      var flight = flight(query, entry.readAt(), deadline);
      return decision == FreshnessDecision.WAIT_OR_SERVE_STALE
          ? awaitOrServeStale(flight, entry, now)
          : await(flight, CacheState.REVALIDATED);
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

    /** Starts a refresh in the background; {@code found} is served meanwhile. */
    private Found refreshing(SecretQuery query, Found found, Instant now) {
      var deadline = now.plus(settings.requestTimeout());
      var _ = flights.join(flight(query, found.entry().readAt(), deadline));
      return found;
    }

    private Flight flight(SecretQuery query, Instant readAfter, Instant deadline) {
      return new Flight(query, ReadMode.CACHED, readAfter, deadline, source, caller);
    }

    /**
     * Attempts are looked up when the rule asks for them. Without a key KMS is not called: it is as
     * if it were unavailable, and a refresh under way.
     */
    @Override
    public FreshnessDecision decide(SecretQuery query, CacheEntry entry, Instant now) {
      var tried =
          new FreshnessDecision.Attempts() {
            @Override
            public Outlook outlook() {
              var outlook = attempts.outlook(query, now);
              return outlook == Outlook.ANSWERING && (flights.isDelayed(query) || !haveKey())
                  ? Outlook.UNAVAILABLE
                  : outlook;
            }

            @Override
            public boolean mayRefresh() {
              return !flights.isInFlight(query) && haveKey() && attempts.retryDue(query, now);
            }
          };
      return FreshnessDecision.of(entry, tried, now);
    }

    @Override
    public boolean haveKey() {
      return source.missingKey().isEmpty();
    }

    private void report(SecretQuery query, @Nullable Retrieval outcome, Instant start) {
      if (outcome != null) {
        var took = Duration.between(start, timing.now());
        ports.events().publish(new ReadEvent.SecretRead(query, outcome, took, caller));
      }
    }
  }

  private CompletionStage<Retrieval> await(Flight flight, CacheState state) {
    var deadline = flight.deadline();
    var answer = flights.join(flight).thenApply(result -> inState(state, result));
    return timing.completeAt(deadline, answer, () -> TOO_LATE);
  }

  private CompletionStage<Retrieval> awaitOrServeStale(
      Flight flight, CacheEntry entry, Instant now) {
    var deadline = flight.deadline();
    var answer = flights.join(flight).thenApply(result -> answerOrStale(result, entry));
    var staleFrom = now.plus(settings.staleAfter());
    var end = staleFrom.isBefore(deadline) ? staleFrom : deadline;
    return end.isBefore(entry.staleUntil())
        ? timing.completeAt(end, answer, () -> delayed(flight.query, entry))
        : timing.completeAt(deadline, answer, () -> TOO_LATE);
  }

  private Retrieval delayed(SecretQuery query, CacheEntry entry) {
    flights.markDelayed(query);
    return stale(entry);
  }

  private Retrieval answerOrStale(Retrieval result, CacheEntry entry) {
    return result instanceof NoSecret reason
            && FreshnessDecision.allowsStale(entry, reason, timing.now())
        ? stale(entry)
        : inState(CacheState.REVALIDATED, result);
  }

  private static boolean isRejected(Retrieval outcome, Set<VersionId> rejected) {
    return outcome instanceof Found found && rejected.contains(found.entry().secret().version());
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
}
