package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Freshness;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretVersion;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The entries in the store: sealed before they are written, opened and judged after a read. Dates
 * in the store and the {@link HighWaterMarks} are by the {@link StoreClock}; those that are taken
 * and given here are by the agent's clock.
 */
final class SharedEntries {
  /** Sealed entries that wait for the store take heap; more of them would not be faster. */
  private static final int WRITES = 8;

  private static final LookupResult UNANSWERED = new LookupResult.Unanswered();

  /** Of one date a refusal comes last. */
  private static final Comparator<LookupResult> BY_DATE =
      Comparator.comparing(SharedEntries::date)
          .thenComparing(LookupResult.Revoked.class::isInstance);

  private final EntryStore store;
  private final ConcurrentTasks writes;
  private final ReceivedEntryPolicy policy;
  private final HighWaterMarks marks;
  private final Revocations revocations;
  private final StoreClock storeClock;
  private final InstantSource clock;
  private final AgentEvents events;

  /** What came of a look-up in the store. */
  sealed interface LookupResult {
    /**
     * An entry, as fresh as this agent's policy allows.
     *
     * @param at when it was read from KMS, by the store's clock
     */
    record Found(CacheEntry entry, Instant at) implements LookupResult {}

    /** No entry that can be used. */
    record Nothing() implements LookupResult {}

    /** KMS refused it to another agent; what was read up to then must not be served. */
    record Revoked(Instant at) implements LookupResult {}

    /** The store did not answer. */
    record Unanswered() implements LookupResult {}
  }

  SharedEntries(
      EntryStore store,
      ReceivedEntryPolicy policy,
      HighWaterMarks marks,
      Revocations revocations,
      StoreClock storeClock,
      Means means) {
    this.store = store;
    this.writes = new ConcurrentTasks(WRITES, means.executor());
    this.policy = policy;
    this.marks = marks;
    this.revocations = revocations;
    this.storeClock = storeClock;
    this.clock = means.clocks().agent();
    this.events = means.events();
  }

  /** The latest entry under all keys. */
  CompletionStage<LookupResult> find(PartitionKeys keys, SecretQuery query) {
    LookupResult none = new LookupResult.Nothing();
    return Stages.fold(
        keys.all(),
        none,
        (best, codec) ->
            find(new Place(keys, codec, query)).thenApply(found -> later(best, found)));
  }

  private CompletionStage<LookupResult> find(Place place) {
    return store
        .read(place.key())
        .thenCompose(
            result ->
                result
                    .answered()
                    .map(stored -> judge(place, stored))
                    .orElseGet(() -> CompletableFuture.completedStage(UNANSWERED)));
  }

  /** Under a key without an answer there may be a refusal, which only another one is as good as. */
  private static LookupResult later(LookupResult one, LookupResult other) {
    var later = BinaryOperator.maxBy(BY_DATE).apply(one, other);
    return later instanceof LookupResult.Revoked
            || Stream.of(one, other).noneMatch(UNANSWERED::equals)
        ? later
        : UNANSWERED;
  }

  private static Instant date(LookupResult result) {
    return switch (result) {
      case LookupResult.Found(var entry, _) -> entry.readAt();
      case LookupResult.Revoked(var at) -> at;
      case LookupResult.Nothing() -> Instant.EPOCH;
      case LookupResult.Unanswered() -> Instant.MIN;
    };
  }

  /** What this agent may use of the envelopes that the store has under the first key. */
  CompletionStage<LookupResult> judge(PartitionKeys keys, SecretQuery query, StoredEntries stored) {
    return judge(new Place(keys, keys.first(), query), stored);
  }

  private CompletionStage<LookupResult> judge(Place place, StoredEntries stored) {
    var key = place.key();
    var gone = stored.gone().flatMap(envelope -> place.codec().open(key.gone(), envelope));
    var entry = stored.entry().flatMap(envelope -> place.codec().open(key, envelope));
    return discardUnreadable(key.gone(), place.query(), stored.gone(), gone)
        .thenCompose(_ -> discardUnreadable(key, place.query(), stored.entry(), entry))
        .thenApply(_ -> judge(place, gone, entry));
  }

  /** Where an entry is, under one of the keys, and for which query. */
  private record Place(PartitionKeys keys, EntryCodec codec, EntryKey key, SecretQuery query) {
    Place(PartitionKeys keys, EntryCodec codec, SecretQuery query) {
      this(keys, codec, codec.key(query), query);
    }

    /** The places of the same entry under the other encryption keys. */
    Stream<Place> others() {
      return keys.all().stream()
          .filter(other -> !other.equals(codec))
          .map(other -> new Place(keys, other, query));
    }
  }

  /** An envelope that does not open might keep a good entry out by its date. */
  private CompletionStage<Void> discardUnreadable(
      EntryKey key, SecretQuery query, Optional<Envelope> envelope, Optional<Content> opened) {
    if (envelope.isEmpty() || opened.isPresent()) {
      return Stages.DONE;
    }
    publish(query, SharedRead.UNREADABLE);
    return Stages.done(store.discard(key, envelope.get()));
  }

  private LookupResult judge(Place place, Optional<Content> gone, Optional<Content> kept) {
    revocation(gone).ifPresent(at -> noteRevocation(place, EntryKey::gone, at));
    revocation(kept).ifPresent(at -> noteRevocation(place, UnaryOperator.identity(), at));
    var revokedAt = revocations.latest(place.key());
    return kept.filter(Content.Entry.class::isInstance)
        .map(Content.Entry.class::cast)
        .map(entry -> judge(place, entry, revokedAt))
        .or(() -> revokedAt.map(at -> revoked(place.query(), at)))
        .orElseGet(() -> unusable(place.query(), SharedRead.ABSENT));
  }

  private static Optional<Instant> revocation(Optional<Content> content) {
    return content.filter(Content.Revocation.class::isInstance).map(Content::at);
  }

  /** The refusal of what was found, by the agent's clock, if it has become known since. */
  Optional<Instant> revokedSince(PartitionKeys keys, SecretQuery query, LookupResult.Found found) {
    return keys.all().stream()
        .flatMap(codec -> revocations.latest(codec.key(query)).stream())
        .filter(at -> !found.at().isAfter(at))
        .max(Comparator.naturalOrder())
        .map(revocations::latestHere);
  }

  /** It applies to the entries under every encryption key. */
  private void noteRevocation(Place place, UnaryOperator<EntryKey> tombstone, Instant at) {
    var name = place.query().name().plain();
    revocations.received(place.codec(), tombstone.apply(place.key()), name, at);
    place
        .others()
        .forEach(
            other -> revocations.copied(other.codec(), tombstone.apply(other.key()), name, at));
  }

  /** An entry beside which the store has lost the tombstone that this agent knows of gets it. */
  private LookupResult judge(Place place, Content.Entry entry, Optional<Instant> revokedAt) {
    var isRevoked = revokedAt.filter(at -> !entry.at().isAfter(at)).isPresent();
    if (isRevoked) {
      revocations.changed(place.key().hash());
      return revoked(place.query(), revokedAt.get());
    }
    return judge(place.query(), entry);
  }

  private LookupResult revoked(SecretQuery query, Instant at) {
    publish(query, SharedRead.REVOKED);
    return new LookupResult.Revoked(revocations.latestHere(at));
  }

  private LookupResult judge(SecretQuery query, Content.Entry entry) {
    var now = clock.instant();
    var received = policy.render(entry, storeClock);
    if (received.freshness(now) == Freshness.EXPIRED) {
      return unusable(query, SharedRead.ABSENT);
    }
    return marks
        .received(query, entry.at(), now)
        .map(known -> found(query, policy.freshness().limit(received, known), entry.at()))
        .orElseGet(() -> unusable(query, SharedRead.OUTDATED));
  }

  private LookupResult found(SecretQuery query, CacheEntry entry, Instant at) {
    publish(query, SharedRead.FOUND);
    return new LookupResult.Found(entry, at);
  }

  private LookupResult unusable(SecretQuery query, SharedRead reason) {
    publish(query, reason);
    return new LookupResult.Nothing();
  }

  private void publish(SecretQuery query, SharedRead result) {
    events.publish(new SharedEntryRead(query, result));
  }

  /**
   * Writes an entry that this agent has just read from KMS, for as long as it may be of use to the
   * other agents.
   *
   * @return empty if it is expired, has no value, or is longer than agents read, or the store did
   *     not answer
   */
  CompletionStage<Optional<Written>> write(
      PartitionKeys keys, SecretQuery query, CacheEntry entry) {
    return switch (entry.secret()) {
      case Secret secret when entry.freshness(clock.instant()) != Freshness.EXPIRED ->
          writes.add(() -> write(keys.first(), query, secret, entry));
      case Secret _, SecretVersion _ -> CompletableFuture.completedStage(Optional.empty());
    };
  }

  private CompletionStage<Optional<Written>> write(
      EntryCodec codec, SecretQuery query, Secret secret, CacheEntry entry) {
    var key = codec.key(query);
    return storeClock
        .ensureSet(store, key)
        .thenCompose(
            _ ->
                storeClock
                    .leastAhead()
                    .map(by -> write(codec, key, query, content(secret, entry, by), entry))
                    .orElseGet(() -> CompletableFuture.completedStage(Optional.empty())));
  }

  private CompletionStage<Optional<Written>> write(
      EntryCodec codec, EntryKey key, SecretQuery query, Content.Entry content, CacheEntry entry) {
    var now = clock.instant();
    marks.read(query, content.at(), entry.readAt());
    var envelope = codec.seal(key, content);
    var life = Duration.between(now, entry.staleUntil());
    return envelope.bytes().length > Envelope.LONGEST
        ? CompletableFuture.completedStage(Optional.empty())
        : store.write(key, envelope, life).thenApply(StoreResult::answered);
  }

  private static Content.Entry content(Secret secret, CacheEntry entry, Duration ahead) {
    return new Content.Entry(
        secret,
        entry.readAt().plus(ahead),
        entry.refreshAt().plus(ahead),
        entry.freshUntil().plus(ahead),
        entry.staleUntil().plus(ahead));
  }
}
