package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Single flight: at most one call to KMS at a time for each query; all callers share its result.
 * Thread-safe.
 */
final class Flights {
  /** Less time than this is not worth another flight: KMS takes a few milliseconds as a rule. */
  private static final Duration WORTHWHILE = Duration.ofMillis(500);

  private static final Unavailable OVER_LIMIT =
      new Unavailable(
          Unavailable.Cause.RATE_LIMITED,
          "",
          "Too many refused names, or calls by refreshNow or rejected.");

  private final ConcurrentMap<SecretQuery, Flight> inFlight = new ConcurrentHashMap<>();
  private final RetrievalPorts ports;
  private final TimeSources timing;
  private final ClientCallLimit limit;
  private final OutcomeRecorder recorder;
  private final Watches watches;

  Flights(
      RetrievalPorts ports,
      TimeSources timing,
      ClientCallLimit limit,
      OutcomeRecorder recorder,
      Watches watches) {
    this.ports = ports;
    this.timing = timing;
    this.limit = limit;
    this.recorder = recorder;
    this.watches = watches;
  }

  /** Whether {@code query} is being read from KMS. Takes no lock. */
  boolean isInFlight(SecretQuery query) {
    return inFlight.containsKey(query);
  }

  /**
   * KMS has not answered the flight for {@code query} for so long that a stale value was served:
   * until the flight ends, no other caller waits for it.
   */
  void markDelayed(SecretQuery query) {
    Optional.ofNullable(inFlight.get(query)).ifPresent(flight -> flight.isDelayed.set(true));
  }

  /** Whether {@code query} is in flight and delayed. Takes no lock. */
  boolean isDelayed(SecretQuery query) {
    return Optional.ofNullable(inFlight.get(query)).filter(it -> it.isDelayed.get()).isPresent();
  }

  /**
   * Joins the flight for the query of {@code wanted}, or starts that. If the flight that is joined
   * ends by its own deadline, and much time is left until that of {@code wanted}, one more is
   * joined or started; also if it was a refresh beyond the limit, and this call is for none. A
   * caller without a key joins none.
   */
  CompletableFuture<Retrieval> join(Flight wanted) {
    var missing = wanted.source.missingKey();
    return missing.isPresent()
        ? CompletableFuture.completedFuture(missing.get())
        : join(wanted, wanted.deadline());
  }

  private CompletableFuture<Retrieval> join(Flight wanted, Instant deadline) {
    var flight = joinOne(wanted);
    var isShorter = !flight.deadline().plus(WORTHWHILE).isAfter(deadline);
    return flight.mode == wanted.mode && !isShorter
        ? flight.result
        : flight.result.thenCompose(
            result ->
                (isShorter && isTooEarly(result)) || result.equals(OVER_LIMIT)
                    ? joinOne(wanted.anew(deadline)).result
                    : CompletableFuture.completedFuture(result));
  }

  private static boolean isTooEarly(Retrieval result) {
    return result instanceof Unavailable unavailable
        && unavailable.cause() == Unavailable.Cause.DEADLINE;
  }

  private Flight joinOne(Flight wanted) {
    var current =
        inFlight.compute(
            wanted.query, (_, other) -> other == null ? wanted : other.attachFollowUp(wanted));
    if (current == wanted) {
      launch(wanted);
    }
    return current.flightFor(wanted.mode);
  }

  /** A bug in a port must not leave the query in flight for ever. */
  private void launch(Flight flight) {
    try {
      var known = alreadyKnown(flight);
      if (known.isPresent()) {
        finish(flight, known.get());
      } else {
        call(flight);
      }
    } catch (RuntimeException | Error bug) {
      failOn(bug, flight);
    }
  }

  private void call(Flight flight) {
    var delay = limit.delay(flight);
    if (!delay.equals(ClientCallLimit.AT_ONCE)) {
      ports.events().publish(new KmsEvent.ClientCallsLimited(flight.query, flight.caller));
    }
    delay.ifPresentOrElse(wait -> callAfter(wait, flight), () -> finish(flight, OVER_LIMIT));
  }

  /** While the flight waits it has no lease, for which other agents would wait. */
  private void callAfter(Duration delay, Flight flight) {
    Executor turn =
        delay.isZero() ? Runnable::run : task -> timing.scheduler().schedule(delay, task);
    CompletableFuture.completedStage(flight.query)
        .thenComposeAsync(
            query -> ports.cache().requestLead(query, flight.readAfter(), flight.deadline()), turn)
        .thenAccept(decision -> follow(decision, flight))
        .whenComplete((_, bug) -> failOn(bug, flight));
  }

  /** The result of a flight that ended between the caller's cache lookup and this launch. */
  private Optional<? extends Retrieval> alreadyKnown(Flight flight) {
    var now = timing.now();
    var entry = ports.cache().find(flight.query);
    if (entry.isPresent()
        && entry.get().readAt().isAfter(flight.readAfter())
        && entry.get().freshness(now) == Freshness.FRESH) {
      return Optional.of(obtained(entry.get()));
    }
    return flight.mode == ReadMode.REFRESH_NOW
        ? Optional.empty()
        : recorder.refusals().find(flight.query, now);
  }

  /** What the flight obtained; how the cache had part in it each caller knows for itself. */
  private static Found obtained(CacheEntry entry) {
    return new Found(entry, CacheState.MISS);
  }

  private void follow(LeadDecision decision, Flight flight) {
    if (decision instanceof LeadDecision.Supplied supplied) {
      finish(flight, obtained(supplied.entry()));
    } else {
      lead((LeadDecision.Lead) decision, flight);
    }
  }

  private void lead(LeadDecision.Lead lead, Flight flight) {
    var begun = timing.now();
    CompletableFuture.completedStage(flight.query)
        .thenCompose(query -> flight.source.fetch(query, flight.deadline()))
        .thenCompose(outcome -> recordOutcome(flight, outcome, begun))
        .whenComplete((_, _) -> lead.release())
        .thenAccept(result -> finish(flight, result))
        .whenComplete((_, bug) -> failOn(bug, flight));
  }

  /** Invalidates other flights before the cache is cleared, so that they notice after a store. */
  private CompletionStage<? extends Retrieval> recordOutcome(
      Flight flight, FetchOutcome outcome, Instant begun) {
    if (outcome instanceof Fetched fetched) {
      return CompletableFuture.completedStage(obtained(recorder.keep(flight, fetched, begun)));
    }
    if (outcome instanceof Refused refused && refused.scope() == Refused.Scope.SECRET) {
      invalidateAll(flight.query.name());
    }
    return recorder.note(flight, (NoSecret) outcome);
  }

  private void invalidateAll(SecretName name) {
    var isSame = ports.mayBe(name);
    inFlight.values().stream()
        .filter(flight -> isSame.test(flight.query.name()))
        .forEach(flight -> flight.isInvalidated.set(true));
  }

  private void finish(Flight flight, Retrieval result) {
    var next = leave(flight);
    flight.result.complete(result);
    watches.ended(flight.query, result);
    next.ifPresent(this::launch);
  }

  /** A bug in a port ends the flight, so that no caller waits for ever. */
  private void failOn(@Nullable Throwable bug, Flight flight) {
    if (bug != null && !flight.result.isDone()) {
      var next = leave(flight);
      flight.result.completeExceptionally(bug);
      next.ifPresent(this::launch);
    }
  }

  private Optional<Flight> leave(Flight flight) {
    inFlight.computeIfPresent(flight.query, (_, _) -> flight.followUp().orElse(null));
    return flight.followUp();
  }
}
