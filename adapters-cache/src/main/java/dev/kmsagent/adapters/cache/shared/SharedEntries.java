package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.adapters.cache.shared.HighWaterMarks.Mark;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.Freshness;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretVersion;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The entries in the store: sealed before they are written, opened and judged after a read. Dates
 * in the store are by the wall clock, as are the {@link HighWaterMarks}; those that are taken and
 * given here are by the agent's clock, unless they say otherwise.
 */
final class SharedEntries {
  /** Longer than any call to KMS may take that began before the refusal, by any clock. */
  private static final Duration TOMBSTONE_LIFE = Duration.ofMinutes(3);

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
  private final Clocks clocks;
  private final AgentEvents events;

  /** What came of a look-up in the store. */
  sealed interface LookupResult {
    /** An entry, as fresh as this agent's policy allows. */
    record Found(CacheEntry entry) implements LookupResult {}

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
      Executor executor,
      Clocks clocks,
      AgentEvents events) {
    this.store = store;
    this.writes = new ConcurrentTasks(WRITES, executor);
    this.policy = policy;
    this.marks = marks;
    this.clocks = clocks;
    this.events = events;
  }

  /** The latest entry under all keys. */
  CompletionStage<LookupResult> find(PartitionKeys keys, SecretQuery query) {
    LookupResult none = new LookupResult.Nothing();
    return Stages.fold(
        keys.all(),
        none,
        (best, codec) -> find(codec, query).thenApply(found -> later(best, found)));
  }

  private CompletionStage<LookupResult> find(EntryCodec codec, SecretQuery query) {
    var key = codec.key(query);
    return store
        .read(key)
        .thenCompose(
            result ->
                result
                    .answered()
                    .map(stored -> judge(codec, key, query, stored))
                    .orElseGet(() -> CompletableFuture.completedStage(UNANSWERED)));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
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
      case LookupResult.Found(var entry) -> entry.readAt();
      case LookupResult.Revoked(var at) -> at;
      case LookupResult.Nothing() -> Instant.EPOCH;
      case LookupResult.Unanswered() -> Instant.MIN;
    };
  }

  /** What this agent may use of the envelopes that the store has under a key. */
  CompletionStage<LookupResult> judge(
      EntryCodec codec, EntryKey key, SecretQuery query, StoredEntries stored) {
    var gone = stored.gone().flatMap(envelope -> codec.open(key.gone(), envelope));
    var entry = stored.entry().flatMap(envelope -> codec.open(key, envelope));
    return discardUnreadable(key.gone(), query, stored.gone(), gone)
        .thenCompose(_ -> discardUnreadable(key, query, stored.entry(), entry))
        .thenApply(_ -> judge(query, gone, entry));
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

  private LookupResult judge(SecretQuery query, Optional<Content> gone, Optional<Content> kept) {
    revocation(gone).forEach(at -> marks.revoked(query.name(), mark(at)));
    var revokedAt =
        Stream.of(gone, kept).flatMap(SharedEntries::revocation).max(Instant::compareTo);
    return kept.filter(Content.Entry.class::isInstance)
        .map(Content.Entry.class::cast)
        .map(entry -> judge(query, entry, revokedAt))
        .or(() -> revokedAt.map(at -> revoked(query, at)))
        .orElseGet(() -> unusable(query, SharedRead.ABSENT));
  }

  private static Stream<Instant> revocation(Optional<Content> content) {
    return content.filter(Content.Revocation.class::isInstance).map(Content::at).stream();
  }

  /** This agent may know of a refusal that could not be written to the store. */
  private LookupResult judge(SecretQuery query, Content.Entry entry, Optional<Instant> revokedAt) {
    return Stream.concat(revokedAt.stream(), marks.revocation(query).map(Mark::at).stream())
        .filter(at -> !entry.at().isAfter(at))
        .max(Instant::compareTo)
        .map(at -> revoked(query, at))
        .orElseGet(() -> judge(query, entry));
  }

  /** Remembers the revocation after it expires from the store. */
  private LookupResult revoked(SecretQuery query, Instant at) {
    var mark = marks.revoked(query, mark(at));
    publish(query, SharedRead.REVOKED);
    return new LookupResult.Revoked(earlier(clocks.toAgent(at), mark.known()));
  }

  /** No date in the future, which would hide what is read until then. */
  private Mark mark(Instant revokedAt) {
    return new Mark(earlier(revokedAt, clocks.wall().instant()), clocks.agent().instant());
  }

  private LookupResult judge(SecretQuery query, Content.Entry entry) {
    if (policy.isAhead(entry.at(), clocks.wall().instant())) {
      return unusable(query, SharedRead.AHEAD);
    }
    if (marks.isOutdated(query, entry.at())) {
      return unusable(query, SharedRead.OUTDATED);
    }
    var now = clocks.agent().instant();
    var received = policy.render(entry, clocks);
    if (received.freshness(now) == Freshness.EXPIRED) {
      return unusable(query, SharedRead.ABSENT);
    }
    publish(query, SharedRead.FOUND);
    var known = marks.read(query, entry.at(), now);
    return new LookupResult.Found(policy.freshness().limit(received, known));
  }

  private LookupResult unusable(SecretQuery query, SharedRead reason) {
    publish(query, reason);
    return new LookupResult.Nothing();
  }

  private void publish(SecretQuery query, SharedRead result) {
    events.publish(new SharedEntryRead(query, result));
  }

  /**
   * Writes an entry for the other agents, for as long as it may be of use.
   *
   * @return empty if it is expired, has no value, or is longer than agents read, or the store did
   *     not answer
   */
  CompletionStage<Optional<Written>> write(
      PartitionKeys keys, SecretQuery query, CacheEntry entry) {
    var now = clocks.agent().instant();
    return switch (entry.secret()) {
      case Secret secret when entry.freshness(now) != Freshness.EXPIRED -> {
        var life = Duration.between(now, entry.staleUntil());
        yield writes.add(() -> write(keys.first(), query, content(secret, entry), life));
      }
      case Secret _, SecretVersion _ -> CompletableFuture.completedStage(Optional.empty());
    };
  }

  private CompletionStage<Optional<Written>> write(
      EntryCodec codec, SecretQuery query, Content.Entry content, Duration life) {
    var key = codec.key(query);
    var envelope = codec.seal(key, content);
    return envelope.bytes().length > Envelope.LONGEST
        ? CompletableFuture.completedStage(Optional.empty())
        : store.write(key, envelope, life).thenApply(StoreResult::answered);
  }

  private Content.Entry content(Secret secret, CacheEntry entry) {
    return new Content.Entry(
        secret,
        clocks.toWall(entry.readAt()),
        clocks.toWall(entry.refreshAt()),
        clocks.toWall(entry.freshUntil()),
        clocks.toWall(entry.staleUntil()));
  }

  /**
   * Writes a tombstone for one query that KMS refused; answered once it is under every key.
   *
   * @param at by the wall clock
   */
  CompletionStage<StoreResult<Done>> revoke(
      PartitionKeys keys, SecretQuery query, Instant at, RevokeCondition condition) {
    return revoke(keys, codec -> codec.key(query), at, condition);
  }

  /**
   * Writes a tombstone for a secret that KMS refused as a whole.
   *
   * @param at by the wall clock
   */
  CompletionStage<StoreResult<Done>> revokeAll(
      PartitionKeys keys, SecretName name, Instant at, RevokeCondition condition) {
    return revoke(keys, codec -> codec.gone(name), at, condition);
  }

  private CompletionStage<StoreResult<Done>> revoke(
      PartitionKeys keys,
      Function<EntryCodec, EntryKey> keyOf,
      Instant at,
      RevokeCondition condition) {
    StoreResult<Done> none = new StoreResult.Answered<>(Done.DONE);
    return Stages.fold(
        keys.all(),
        none,
        (before, codec) ->
            revoke(codec, keyOf.apply(codec), at, condition)
                .thenApply(result -> result.answered().isPresent() ? before : result));
  }

  private CompletionStage<StoreResult<Done>> revoke(
      EntryCodec codec, EntryKey key, Instant at, RevokeCondition condition) {
    var tombstone = new Content.Revocation(at, clocks.wall().instant().plus(TOMBSTONE_LIFE));
    return store.revoke(key, codec.seal(key, tombstone), TOMBSTONE_LIFE, condition);
  }
}
