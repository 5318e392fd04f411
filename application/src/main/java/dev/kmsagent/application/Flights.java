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
  private final ConcurrentMap<SecretQuery, Flight> flying = new ConcurrentHashMap<>();
  private final SecretSource source;
  private final SecretCache cache;
  private final Ledger ledger;
  private final InstantSource clock;

  Flights(SecretSource source, SecretCache cache, Ledger ledger, InstantSource clock) {
    this.source = source;
    this.cache = cache;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Whether {@code query} is being read now. Takes no lock. */
  boolean isFlying(SecretQuery query) {
    return flying.containsKey(query);
  }

  /**
   * Joins the flight for {@code query}, or starts one.
   *
   * @param readAfter what was read until then will not do
   * @param deadline of the one that is started
   */
  CompletableFuture<Landing> join(
      SecretQuery query, ReadMode mode, Instant readAfter, Instant deadline) {
    var flight = new Flight(query, mode, readAfter, deadline);
    var current =
        flying.compute(query, (_, other) -> other == null ? flight : other.takeAlong(flight));
    if (current == flight) {
      launch(flight);
    }
    return current.seatFor(mode).landing();
  }

  private void launch(Flight flight) {
    var known = alreadyKnown(flight);
    if (known.isPresent()) {
      land(flight, known.get());
      return;
    }
    cache
        .requestLead(flight.query(), flight.readAfter(), flight.deadline())
        .thenAccept(turn -> take(turn, flight))
        .whenComplete((_, bug) -> crashOn(bug, flight));
  }

  /** What an earlier flight brought between the caller's look at the cache and this launch. */
  private Optional<Landing> alreadyKnown(Flight flight) {
    var now = clock.instant();
    var entry = cache.find(flight.query()).filter(found -> satisfies(flight, found, now));
    if (entry.isPresent()) {
      return entry.map(Landing.Brought::new);
    }
    return switch (flight.mode()) {
      case CACHED -> ledger.refusal(flight.query(), now).map(Landing.CameEmpty::new);
      case REFRESH_NOW -> Optional.empty();
    };
  }

  private static boolean satisfies(Flight flight, CacheEntry entry, Instant now) {
    return entry.readAt().isAfter(flight.readAfter()) && entry.freshness(now) == Freshness.FRESH;
  }

  private void take(LeadDecision turn, Flight flight) {
    switch (turn) {
      case LeadDecision.Supplied supplied -> land(flight, new Landing.Brought(supplied.entry()));
      case LeadDecision.Lead lead -> lead(lead, flight);
    }
  }

  private void lead(LeadDecision.Lead lead, Flight flight) {
    var readAt = clock.instant();
    source
        .fetch(flight.query(), flight.deadline())
        .thenApply(outcome -> enter(flight, outcome, readAt))
        .whenComplete((_, _) -> lead.release())
        .thenAccept(landing -> land(flight, landing))
        .whenComplete((_, bug) -> crashOn(bug, flight));
  }

  /** Others are overtaken before the cache is cleared, so that they see it after they stored. */
  private Landing enter(Flight flight, FetchOutcome outcome, Instant readAt) {
    if (Ledger.forbidsAll(outcome)) {
      overtakeAll(flight.query().name().plain());
    }
    return ledger.enter(flight, outcome, readAt);
  }

  private void overtakeAll(SecretName plainName) {
    flying.values().stream()
        .filter(flight -> flight.query().name().plain().equals(plainName))
        .forEach(Flight::overtake);
  }

  private void land(Flight flight, Landing landing) {
    var next = leave(flight);
    flight.landing().complete(landing);
    next.ifPresent(this::launch);
  }

  /** A bug in a port: nobody may wait for ever because of it. */
  private void crashOn(@Nullable Throwable bug, Flight flight) {
    if (bug != null && !flight.landing().isDone()) {
      var next = leave(flight);
      flight.landing().completeExceptionally(bug);
      next.ifPresent(this::launch);
    }
  }

  private Optional<Flight> leave(Flight flight) {
    flying.computeIfPresent(flight.query(), (_, _) -> flight.followUp().orElse(null));
    return flight.followUp();
  }
}
