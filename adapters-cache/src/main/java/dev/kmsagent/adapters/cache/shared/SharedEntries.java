package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
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
  private final SharedSecretCache.Reading reading;
  private final Duration skew;
  private final HighWaterMarks seen;
  private final InstantSource clock;
  private final AgentEvents events;

  SharedEntries(
      EntryStore store,
      SharedSecretCache.Reading reading,
      HighWaterMarks seen,
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
  LookupResult look(PartitionKeys keys, SecretQuery query) {
    return keys.all().stream()
        .map(codec -> look(codec, query))
        .reduce(SharedEntries::later)
        .orElseThrow();
  }

  private LookupResult look(EntryCodec codec, SecretQuery query) {
    var key = codec.key(query);
    return store
        .read(key)
        .answered()
        .map(stored -> judge(codec, key, query, stored))
        .orElseGet(LookupResult.Unanswered::new);
  }

  private static LookupResult later(LookupResult one, LookupResult other) {
    return when(other).isAfter(when(one)) ? other : one;
  }

  private static Instant when(LookupResult look) {
    return switch (look) {
      case LookupResult.Found(var entry) -> entry.readAt();
      case LookupResult.Revoked(var at) -> at;
      case LookupResult.Nothing() -> Instant.EPOCH;
      case LookupResult.Unanswered() -> Instant.MIN;
    };
  }

  /** What a stored holds for this agent. */
  LookupResult judge(EntryCodec codec, EntryKey key, SecretQuery query, StoredEntries stored) {
    var gone = open(codec, key.gone(), query, stored.gone());
    var kept = open(codec, key, query, stored.entry());
    var word = Stream.of(gone, kept).flatMap(SharedEntries::revocation).max(Instant::compareTo);
    return kept.filter(Content.Entry.class::isInstance)
        .map(Content.Entry.class::cast)
        .map(entry -> judge(query, entry, word))
        .or(() -> word.map(at -> revoked(query, at)))
        .orElseGet(() -> told(query, SharedRead.ABSENT, new LookupResult.Nothing()));
  }

  private static Stream<Instant> revocation(Optional<Content> content) {
    return content.filter(Content.Revocation.class::isInstance).map(Content::at).stream();
  }

  /** This agent may know of a refusal of which the store could not be told. */
  private LookupResult judge(SecretQuery query, Content.Entry entry, Optional<Instant> word) {
    return Stream.of(word, seen.revokedAt(query))
        .flatMap(Optional::stream)
        .filter(at -> !entry.at().isAfter(at))
        .max(Instant::compareTo)
        .map(at -> revoked(query, at))
        .orElseGet(() -> judge(query, entry));
  }

  /** Heard once, it counts although it may not lie there any more; but not for what is to come. */
  private LookupResult revoked(SecretQuery query, Instant at) {
    var now = clock.instant();
    seen.revoked(query, at.isBefore(now) ? at : now);
    return told(query, SharedRead.REVOKED, new LookupResult.Revoked(at));
  }

  private LookupResult judge(SecretQuery query, Content.Entry entry) {
    var now = clock.instant();
    if (entry.at().isAfter(now.plus(skew))) {
      return told(query, SharedRead.AHEAD, new LookupResult.Nothing());
    }
    if (seen.isOutdated(query, entry.at())) {
      return told(query, SharedRead.OUTDATED, new LookupResult.Nothing());
    }
    if (!now.isBefore(entry.staleUntil())) {
      return told(query, SharedRead.ABSENT, new LookupResult.Nothing());
    }
    var known = seen.read(query, entry.at(), now);
    return told(query, SharedRead.FOUND, new LookupResult.Found(entry(entry, known)));
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
      EntryCodec codec, EntryKey key, SecretQuery query, Optional<Envelope> envelope) {
    var content = envelope.flatMap(found -> codec.open(key, found));
    if (envelope.isPresent() && content.isEmpty()) {
      var _ = told(query, SharedRead.UNREADABLE, new LookupResult.Nothing());
      var _ = store.discard(key, envelope.get());
    }
    return content;
  }

  private LookupResult told(SecretQuery query, SharedRead result, LookupResult look) {
    events.publish(new SharedEntryRead(query, result));
    return look;
  }

  /**
   * Puts an entry there for the others, for as long as it may be of use.
   *
   * @return empty if it is of no use any more, or the store did not answer
   */
  Optional<Written> write(PartitionKeys keys, SecretQuery query, CacheEntry entry) {
    var life = Duration.between(clock.instant(), entry.staleUntil());
    if (!life.isPositive()) {
      return Optional.empty();
    }
    var key = keys.first().key(query);
    return store.write(key, keys.first().seal(key, content(entry)), life).answered();
  }

  private static Content.Entry content(CacheEntry entry) {
    return new Content.Entry(
        entry.secret(), entry.readAt(), entry.refreshAt(), entry.freshUntil(), entry.staleUntil());
  }

  /** Tells the others that KMS refused what was asked for. */
  Told revoke(PartitionKeys keys, SecretQuery query, Instant at) {
    return tell(keys, codec -> codec.key(query), at);
  }

  /** Tells the others that KMS refused the secret. */
  Told revokeAll(PartitionKeys keys, SecretName plainName, Instant at) {
    return tell(keys, codec -> codec.gone(plainName), at);
  }

  /** Whether the others are told. */
  enum Told {
    YES,
    NOT_YET
  }

  private Told tell(PartitionKeys keys, Function<EntryCodec, EntryKey> place, Instant at) {
    var told = Told.YES;
    for (var codec : keys.all()) {
      told = revoke(codec, place.apply(codec), at) == Told.YES ? told : Told.NOT_YET;
    }
    return told;
  }

  private Told revoke(EntryCodec codec, EntryKey key, Instant at) {
    var word = new Content.Revocation(at, clock.instant().plus(REVOCATION_LIFE));
    return store.revoke(key, codec.seal(key, word), REVOCATION_LIFE).answered().isPresent()
        ? Told.YES
        : Told.NOT_YET;
  }
}
