package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.adapters.cache.shared.LookupResult.Known;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.out.SecretRenderer;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The entries in the store: sealed before they are written, opened after they are read. Both raise
 * the {@link HighWaterMarks}; what may be served of what is read, a {@link LookupResult} says.
 */
final class SharedEntries {
  private static final CompletionStage<Optional<Written>> NOT_WRITTEN =
      CompletableFuture.completedStage(Optional.empty());

  private final CircuitBreakingEntryStore store;
  private final HighWaterMarks marks;
  private final Revocations revocations;
  private final SecretRenderer renderer;
  private final int mostWrites;
  private final SerialTasks<Integer> writes;
  private final Means means;

  /**
   * @param mostWrites under way at a time
   */
  SharedEntries(
      CircuitBreakingEntryStore store,
      HighWaterMarks marks,
      Revocations revocations,
      SecretRenderer renderer,
      int mostWrites,
      Means means) {
    this.store = store;
    this.marks = marks;
    this.revocations = revocations;
    this.renderer = renderer;
    this.mostWrites = mostWrites;
    this.writes = new SerialTasks<>(means.executor());
    this.means = means;
  }

  /** Reads what is under all keys. */
  CompletionStage<Contents> read(PartitionKeys keys, SecretQuery query) {
    return keys.all().stream()
        .map(codec -> read(codec, query))
        .reduce((one, other) -> one.thenCombine(other, Contents::and))
        .orElseThrow();
  }

  private CompletionStage<Contents> read(EntryCodec codec, SecretQuery query) {
    var key = codec.key(query);
    return store
        .read(key)
        .thenApply(
            result ->
                result
                    .answered()
                    .map(stored -> open(codec, key, query, stored))
                    .orElse(Contents.UNANSWERED));
  }

  /** Opens what the store has under one key. */
  Contents open(EntryCodec codec, EntryKey key, SecretQuery query, StoredEntries stored) {
    var own = open(codec, key, query, stored.entry());
    var whole = open(codec, key.gone(), query, stored.gone());
    return new Contents(own, whole, true);
  }

  /** An envelope that does not open is discarded: it might keep a good entry out by its date. */
  private List<Content> open(
      EntryCodec codec, EntryKey key, SecretQuery query, Optional<Envelope> envelope) {
    var opened = envelope.flatMap(it -> codec.open(key, it));
    if (envelope.isPresent() && opened.isEmpty()) {
      means.events().publish(new SharedEntryRead(query, SharedRead.UNREADABLE));
      var _ = store.discard(key, envelope.get());
    }
    return opened.stream().toList();
  }

  /**
   * Notes what the store has of an entry: revocations first, then the latest reading. Without an
   * answer under any key there is nothing to note, and known revocations are not looked up.
   */
  Known note(PartitionKeys keys, SecretQuery query, Contents contents) {
    var key = keys.first().key(query);
    Optional<Instant> revokedAt =
        contents.equals(Contents.UNANSWERED)
            ? Optional.empty()
            : revocations.note(keys, key, query, contents);
    var latest =
        contents
            .entries()
            .filter(entry -> entry.at().isAfter(revokedAt.orElse(Instant.MIN)))
            .max(Comparator.comparing(Content::at));
    var usable = latest.filter(_ -> contents.isComplete());
    return new Known(
        key,
        usable.map(this::render),
        latest.map(Content::at),
        usable.flatMap(entry -> marks.received(key, entry.at(), means.now())),
        revokedAt.map(store.clock()::latestHere),
        contents.isComplete());
  }

  /** The entry with its dates by this agent's clock, each the earliest that it may be. */
  private CacheEntry render(Content.Entry entry) {
    var clock = store.clock();
    return new CacheEntry(
        entry.secret(),
        renderer.render(entry.secret()),
        clock.earliestHere(entry.at()),
        clock.earliestHere(entry.refreshAt()),
        clock.earliestHere(entry.freshUntil()),
        clock.earliestHere(entry.staleUntil()));
  }

  /** The revocation of an entry, by the agent's clock, that became known after it was noted. */
  Optional<Instant> revokedSince(Known known) {
    return marks
        .revokedAt(known.key())
        .filter(at -> known.at().filter(it -> it.isAfter(at)).isEmpty())
        .map(store.clock()::latestHere);
  }

  /**
   * Writes an entry that this agent has just read from KMS, for as long as it may be of use to the
   * other agents.
   *
   * @return empty if it is expired, has no value or is too long, or the store did not answer
   */
  CompletionStage<Optional<Written>> write(
      PartitionKeys keys, SecretQuery query, CacheEntry entry) {
    var codec = keys.first();
    var key = codec.key(query);
    return entry.secret() instanceof Secret secret
            && entry.freshness(means.now()) != Freshness.EXPIRED
        ? writes.add(
            Math.floorMod(key.hash().hashCode(), mostWrites),
            () -> store.learnTime(key).thenCompose(_ -> send(codec, key, secret, entry)))
        : NOT_WRITTEN;
  }

  private CompletionStage<Optional<Written>> send(
      EntryCodec codec, EntryKey key, Secret secret, CacheEntry entry) {
    var ahead = store.clock().leastAhead();
    if (ahead.isEmpty()) {
      return NOT_WRITTEN;
    }
    var content = content(secret, entry, ahead.get());
    marks.read(key, content.at(), entry.readAt());
    var envelope = codec.seal(key, content);
    var life = Duration.between(means.now(), entry.staleUntil());
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
