package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Freshness;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The single flight: at one time there is one call to KMS for one secret and version, and all who
 * want it wait for that one. Thread-safe.
 */
final class Flights {
  private final ConcurrentMap<SecretQuery, Flight> inFlight = new ConcurrentHashMap<>();
  private final SecretSource source;
  private final SecretCache cache;
  private final OutcomeRecorder recorder;
  private final InstantSource clock;

  Flights(SecretSource source, SecretCache cache, OutcomeRecorder recorder, InstantSource clock) {
    this.source = source;
    this.cache = cache;
    this.recorder = recorder;
    this.clock = clock;
  }

  /** Whether {@code query} is being read now. Takes no lock. */
  boolean isInFlight(SecretQuery query) {
    return inFlight.containsKey(query);
  }

  /**
   * Joins the flight for {@code query}, or starts one.
   *
   * @param readAfter what was read until then will not do
   * @param deadline of the one that is started
   */
  CompletableFuture<FlightResult> join(
      SecretQuery query, ReadMode mode, Instant readAfter, Instant deadline) {
    var flight = new Flight(query, mode, readAfter, deadline);
    var current =
        inFlight.compute(query, (_, other) -> other == null ? flight : other.attachFollowUp(flight));
    if (current == flight) {
      launch(flight);
    }
    return current.flightFor(mode).result();
  }

  private void launch(Flight flight) {
    var known = alreadyKnown(flight);
    if (known.isPresent()) {
      finish(flight, known.get());
      return;
    }
    cache
        .requestLead(flight.query(), flight.readAfter(), flight.deadline())
        .thenAccept(turn -> take(turn, flight))
        .whenComplete((_, bug) -> crashOn(bug, flight));
  }

  /** What an earlier flight brought between the caller's look at the cache and this launch. */
  private Optional<FlightResult> alreadyKnown(Flight flight) {
    var now = clock.instant();
    var entry = cache.find(flight.query()).filter(found -> satisfies(flight, found, now));
    if (entry.isPresent()) {
      return entry.map(FlightResult.Obtained::new);
    }
    return switch (flight.mode()) {
      case CACHED -> recorder.refusal(flight.query(), now).map(FlightResult.Failed::new);
      case REFRESH_NOW -> Optional.empty();
    };
  }

  private static boolean satisfies(Flight flight, CacheEntry entry, Instant now) {
    return entry.readAt().isAfter(flight.readAfter()) && entry.freshness(now) == Freshness.FRESH;
  }

  private void take(LeadDecision turn, Flight flight) {
    switch (turn) {
      case LeadDecision.Supplied supplied -> finish(flight, new FlightResult.Obtained(supplied.entry()));
      case LeadDecision.Lead lead -> lead(lead, flight);
    }
  }

  private void lead(LeadDecision.Lead lead, Flight flight) {
    var readAt = clock.instant();
    source
        .fetch(flight.query(), flight.deadline())
        .thenApply(outcome -> record(flight, outcome, readAt))
        .whenComplete((_, _) -> lead.release())
        .thenAccept(landing -> finish(flight, landing))
        .whenComplete((_, bug) -> crashOn(bug, flight));
  }

  /** Others are overtaken before the cache is cleared, so that they see it after they stored. */
  private FlightResult record(Flight flight, FetchOutcome outcome, Instant readAt) {
    if (OutcomeRecorder.forbidsAll(outcome)) {
      invalidateAll(flight.query().name().plain());
    }
    return recorder.record(flight, outcome, readAt);
  }

  private void invalidateAll(SecretName plainName) {
    inFlight.values().stream()
        .filter(flight -> flight.query().name().plain().equals(plainName))
        .forEach(Flight::invalidate);
  }

  private void finish(Flight flight, FlightResult landing) {
    var next = leave(flight);
    flight.result().complete(landing);
    next.ifPresent(this::launch);
  }

  /** A bug in a port: nobody may wait for ever because of it. */
  private void crashOn(@Nullable Throwable bug, Flight flight) {
    if (bug != null && !flight.result().isDone()) {
      var next = leave(flight);
      flight.result().completeExceptionally(bug);
      next.ifPresent(this::launch);
    }
  }

  private Optional<Flight> leave(Flight flight) {
    inFlight.computeIfPresent(flight.query(), (_, _) -> flight.followUp().orElse(null));
    return flight.followUp();
  }
}
