package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.store.EntryStore;
import dev.kmsagent.adapters.cache.redis.store.EntryStore.Written;
import dev.kmsagent.adapters.cache.redis.store.Shelf;
import dev.kmsagent.adapters.cache.seal.Content;
import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Slot;
import dev.kmsagent.adapters.cache.seal.Vault;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The entries in the store: sealed on the way in; opened, and judged, on the way out. Every method
 * waits for the store. Thread-safe.
 */
final class SharedEntries {
  /** By how much clocks may differ; KMS itself bears with a quarter of an hour. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  /** Longer than any call to KMS may take that began before the refusal, by any clock. */
  private static final Duration REVOCATION_LIFE = Duration.ofMinutes(3);

  private final EntryStore store;
  private final RedisSecretCache.Reading reading;
  private final Duration skew;
  private final Seen seen;
  private final InstantSource clock;
  private final AgentEvents events;

  SharedEntries(
      EntryStore store,
      RedisSecretCache.Reading reading,
      Seen seen,
      InstantSource clock,
      AgentEvents events) {
    this.store = store;
    this.reading = reading;
    this.skew = skew(reading.policy().ttl());
    this.seen = seen;
    this.clock = clock;
    this.events = events;
  }

  /** What is ahead by more than a TTL would be fresh for longer than one. */
  private static Duration skew(Duration ttl) {
    return ttl.compareTo(SKEW) < 0 ? ttl : SKEW;
  }

  /** The latest of what lies under the keys; an answer under one of them is an answer. */
  Look look(Vaults vaults, SecretQuery query) {
    return vaults.all().stream()
        .map(vault -> look(vault, query))
        .reduce(SharedEntries::later)
        .orElseThrow();
  }

  private Look look(Vault vault, SecretQuery query) {
    var slot = vault.slot(query);
    return store
        .read(slot)
        .answered()
        .map(shelf -> judge(vault, slot, query, shelf))
        .orElseGet(Look.Unanswered::new);
  }

  private static Look later(Look one, Look other) {
    return when(other).isAfter(when(one)) ? other : one;
  }

  private static Instant when(Look look) {
    return switch (look) {
      case Look.Found(var entry) -> entry.readAt();
      case Look.Revoked(var at) -> at;
      case Look.Nothing() -> Instant.EPOCH;
      case Look.Unanswered() -> Instant.MIN;
    };
  }

  /** What a shelf holds for this agent. */
  Look judge(Vault vault, Slot slot, SecretQuery query, Shelf shelf) {
    var gone = open(vault, slot.gone(), query, shelf.gone());
    var kept = open(vault, slot, query, shelf.entry());
    var word = Stream.of(gone, kept).flatMap(SharedEntries::revocation).max(Instant::compareTo);
    return kept.filter(Content.Entry.class::isInstance)
        .map(Content.Entry.class::cast)
        .map(entry -> judge(query, entry, word))
        .or(() -> word.map(at -> revoked(query, at)))
        .orElseGet(() -> told(query, SharedRead.ABSENT, new Look.Nothing()));
  }

  private static Stream<Instant> revocation(Optional<Content> content) {
    return content.filter(Content.Revocation.class::isInstance).map(Content::at).stream();
  }

  /** This agent may know of a refusal of which the store could not be told. */
  private Look judge(SecretQuery query, Content.Entry entry, Optional<Instant> word) {
    return Stream.of(word, seen.revokedAt(query))
        .flatMap(Optional::stream)
        .filter(at -> !entry.at().isAfter(at))
        .max(Instant::compareTo)
        .map(at -> revoked(query, at))
        .orElseGet(() -> judge(query, entry));
  }

  /** Heard once, it counts although it may not lie there any more; but not for what is to come. */
  private Look revoked(SecretQuery query, Instant at) {
    var now = clock.instant();
    seen.revoked(query, at.isBefore(now) ? at : now);
    return told(query, SharedRead.REVOKED, new Look.Revoked(at));
  }

  private Look judge(SecretQuery query, Content.Entry entry) {
    var now = clock.instant();
    if (entry.at().isAfter(now.plus(skew))) {
      return told(query, SharedRead.AHEAD, new Look.Nothing());
    }
    if (seen.isOutdated(query, entry.at())) {
      return told(query, SharedRead.OUTDATED, new Look.Nothing());
    }
    if (!now.isBefore(entry.staleUntil())) {
      return told(query, SharedRead.ABSENT, new Look.Nothing());
    }
    var known = seen.read(query, entry.at(), now);
    return told(query, SharedRead.FOUND, new Look.Found(entry(entry, known)));
  }

  private CacheEntry entry(Content.Entry entry, Instant known) {
    return reading
        .policy()
        .limit(
            new CacheEntry(
                entry.secret(),
                reading.renderer().render(entry.secret()),
                entry.at(),
                entry.refreshAt(),
                entry.freshUntil(),
                entry.staleUntil()),
            known);
  }

  /** What does not open is taken away, since it might keep a good entry out by its date. */
  private Optional<Content> open(
      Vault vault, Slot slot, SecretQuery query, Optional<Envelope> envelope) {
    var content = envelope.flatMap(found -> vault.open(slot, found));
    if (envelope.isPresent() && content.isEmpty()) {
      var _ = told(query, SharedRead.UNREADABLE, new Look.Nothing());
      var _ = store.discard(slot, envelope.get());
    }
    return content;
  }

  private Look told(SecretQuery query, SharedRead result, Look look) {
    events.publish(new SharedEntryRead(query, result));
    return look;
  }

  /**
   * Puts an entry there for the others, for as long as it may be of use.
   *
   * @return empty if it is of no use any more, or the store did not answer
   */
  Optional<Written> write(Vaults vaults, SecretQuery query, CacheEntry entry) {
    var life = Duration.between(clock.instant(), entry.staleUntil());
    if (!life.isPositive()) {
      return Optional.empty();
    }
    var slot = vaults.first().slot(query);
    return store.write(slot, vaults.first().seal(slot, content(entry)), life).answered();
  }

  private static Content.Entry content(CacheEntry entry) {
    return new Content.Entry(
        entry.secret(), entry.readAt(), entry.refreshAt(), entry.freshUntil(), entry.staleUntil());
  }

  /** Tells the others that KMS refused what was asked for. */
  Told revoke(Vaults vaults, SecretQuery query, Instant at) {
    return tell(vaults, vault -> vault.slot(query), at);
  }

  /** Tells the others that KMS refused the secret. */
  Told revokeAll(Vaults vaults, SecretName plainName, Instant at) {
    return tell(vaults, vault -> vault.gone(plainName), at);
  }

  /** Whether the others are told. */
  enum Told {
    YES,
    NOT_YET
  }

  private Told tell(Vaults vaults, Function<Vault, Slot> place, Instant at) {
    var told = Told.YES;
    for (var vault : vaults.all()) {
      told = revoke(vault, place.apply(vault), at) == Told.YES ? told : Told.NOT_YET;
    }
    return told;
  }

  private Told revoke(Vault vault, Slot slot, Instant at) {
    var word = new Content.Revocation(at, clock.instant().plus(REVOCATION_LIFE));
    return store.revoke(slot, vault.seal(slot, word), REVOCATION_LIFE).answered().isPresent()
        ? Told.YES
        : Told.NOT_YET;
  }
}
