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
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * The entries in the store: sealed before they are written, opened after they are read. What is
 * read counts only once the {@link Judge} has judged it.
 */
final class SharedEntries {
  /** Sealed entries that wait for the store take heap; more of them would not be faster. */
  private static final int WRITES = 8;

  private static final CompletionStage<Optional<Written>> NOT_WRITTEN =
      CompletableFuture.completedStage(Optional.empty());

  private final EntryStore store;
  private final StoreClock storeClock;
  private final HighWaterMarks marks;
  private final SerialTasks<Integer> writes;
  private final InstantSource clock;
  private final AgentEvents events;

  /**
   * What the store has of an entry, under each encryption key.
   *
   * @param own entries and revocations of the entry itself
   * @param whole revocations of the secret as a whole
   * @param isComplete whether it answered for every key
   */
  record Contents(List<Content> own, List<Content> whole, boolean isComplete) {
    static final Contents NONE = new Contents(List.of(), List.of(), true);
    static final Contents UNANSWERED = new Contents(List.of(), List.of(), false);

    Contents {
      own = List.copyOf(own);
      whole = List.copyOf(whole);
    }

    Contents and(Contents others) {
      return new Contents(
          Stream.concat(own.stream(), others.own.stream()).toList(),
          Stream.concat(whole.stream(), others.whole.stream()).toList(),
          isComplete && others.isComplete);
    }
  }

  SharedEntries(EntryStore store, StoreClock storeClock, HighWaterMarks marks, Means means) {
    this.store = store;
    this.storeClock = storeClock;
    this.marks = marks;
    this.writes = new SerialTasks<>(means.executor());
    this.clock = means.clocks().agent();
    this.events = means.events();
  }

  /** Reads what is under all keys. */
  CompletionStage<Contents> read(PartitionKeys keys, SecretQuery query) {
    return Stages.fold(
        keys.all(), Contents.NONE, (before, codec) -> read(codec, query).thenApply(before::and));
  }

  private CompletionStage<Contents> read(EntryCodec codec, SecretQuery query) {
    return store
        .read(codec.key(query))
        .thenCompose(
            result ->
                result
                    .answered()
                    .map(stored -> open(codec, query, stored))
                    .orElseGet(() -> CompletableFuture.completedStage(Contents.UNANSWERED)));
  }

  /** Opens what the store has under one key. An envelope that does not open is discarded. */
  CompletionStage<Contents> open(EntryCodec codec, SecretQuery query, StoredEntries stored) {
    var key = codec.key(query);
    var own = stored.entry().flatMap(envelope -> codec.open(key, envelope));
    var whole = stored.gone().flatMap(envelope -> codec.open(key.gone(), envelope));
    var contents = new Contents(own.stream().toList(), whole.stream().toList(), true);
    return discardUnreadable(key.gone(), query, stored.gone(), whole)
        .thenCompose(_ -> discardUnreadable(key, query, stored.entry(), own))
        .thenApply(_ -> contents);
  }

  /** An envelope that does not open might keep a good entry out by its date. */
  private CompletionStage<Void> discardUnreadable(
      EntryKey key, SecretQuery query, Optional<Envelope> envelope, Optional<Content> opened) {
    if (envelope.isEmpty() || opened.isPresent()) {
      return Stages.DONE;
    }
    events.publish(new SharedEntryRead(query, SharedRead.UNREADABLE));
    return Stages.done(store.discard(key, envelope.get()));
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
    var codec = keys.first();
    return entry.secret() instanceof Secret secret
            && entry.freshness(clock.instant()) != Freshness.EXPIRED
        ? writes.add(
            Math.floorMod(codec.key(query).hash().hashCode(), WRITES),
            () ->
                storeClock
                    .ensureSet(store, codec.key(query))
                    .thenCompose(_ -> send(codec, codec.key(query), secret, entry)))
        : NOT_WRITTEN;
  }

  private CompletionStage<Optional<Written>> send(
      EntryCodec codec, EntryKey key, Secret secret, CacheEntry entry) {
    var ahead = storeClock.leastAhead();
    if (ahead.isEmpty()) {
      return NOT_WRITTEN;
    }
    var content = content(secret, entry, ahead.get());
    marks.read(key, content.at(), entry.readAt());
    var envelope = codec.seal(key, content);
    var life = Duration.between(clock.instant(), entry.staleUntil());
    return envelope.bytes().length > Envelope.LONGEST
        ? NOT_WRITTEN
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
