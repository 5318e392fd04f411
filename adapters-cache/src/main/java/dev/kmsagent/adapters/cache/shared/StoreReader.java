package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.adapters.cache.shared.LookupResult.Known;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Looks up in the store what has no copy in this process, or is to be checked again. All callers
 * who want the same entry share one look-up. Thread-safe.
 */
final class StoreReader {
  /** By keys that are of one principal: another one must not join its look-up. */
  private final ConcurrentMap<EntryKey, CompletableFuture<Optional<CacheEntry>>> lookups =
      new ConcurrentHashMap<>();

  private final SharedEntries entries;
  private final FreshnessPolicy freshness;
  private final LocalCopies copies;
  private final SerialTasks<SecretName> writes;
  private final Means means;

  StoreReader(
      SharedEntries entries,
      FreshnessPolicy freshness,
      LocalCopies copies,
      SerialTasks<SecretName> writes,
      Means means) {
    this.entries = entries;
    this.freshness = freshness;
    this.copies = copies;
    this.writes = writes;
    this.means = means;
  }

  /** What the store has, or the copy where it has nothing else, or does not answer in time. */
  CompletableFuture<Optional<CacheEntry>> findShared(
      SecretQuery query, PartitionKeys keys, Instant deadline) {
    var lookup = lookUp(query, keys).copy();
    var half = means.half(deadline);
    var _ = means.timing().completeAt(half, lookup, () -> copies.findAny(query, keys));
    return lookup;
  }

  private CompletableFuture<Optional<CacheEntry>> lookUp(SecretQuery query, PartitionKeys keys) {
    var wanted = keys.first().key(query);
    var lookup = new CompletableFuture<Optional<CacheEntry>>();
    var running = lookups.putIfAbsent(wanted, lookup);
    if (running != null) {
      return running;
    }
    Runnable answered = () -> lookups.remove(wanted, lookup);
    var _ =
        writes
            .ended(query.name().plain())
            .thenCompose(_ -> read(query, keys, answered))
            .exceptionally(
                bug -> {
                  Stages.report(bug);
                  answered.run();
                  return copies.findAny(query, keys);
                })
            .thenAccept(lookup::complete);
    return lookup;
  }

  /**
   * Writes an entry that was just read from KMS for the other agents, or takes theirs if it is
   * later.
   */
  CompletionStage<Void> offer(SecretQuery query, PartitionKeys keys, CacheEntry entry) {
    return entries
        .write(keys, query, entry)
        .thenCompose(
            written ->
                written.equals(Optional.of(Written.OUTDATED))
                    ? read(query, keys, () -> {}).thenAccept(_ -> {})
                    : Stages.DONE);
  }

  /**
   * Reads the store, and gives what is to be served.
   *
   * @param answered runs before the answer is noted
   */
  private CompletionStage<Optional<CacheEntry>> read(
      SecretQuery query, PartitionKeys keys, Runnable answered) {
    var asked = means.now();
    return entries
        .read(keys, query)
        .thenApply(
            contents -> {
              answered.run();
              return take(query, keys, asked, contents) instanceof LookupResult.Found(var entry)
                  ? Optional.of(entry)
                  : copies.findAny(query, keys);
            });
  }

  /**
   * Notes what the store had when it was asked, judges it, and makes it the copy if it may be
   * served. Gives what was found as it is to be served.
   */
  LookupResult take(SecretQuery query, PartitionKeys keys, Instant asked, Contents contents) {
    var known = entries.note(keys, query, contents);
    var result = LookupResult.of(known, freshness, means.now());
    if (result instanceof LookupResult.Found(var entry)) {
      publish(query, SharedRead.FOUND);
      copies.keep(query, entry, keys, asked);
      return kept(query, keys, known, entry);
    }
    if (result instanceof LookupResult.Nothing(var reason)) {
      publish(query, reason);
    }
    if (result instanceof LookupResult.Revoked(var at)) {
      publish(query, SharedRead.REVOKED);
      copies.drop(query, at);
    }
    var isAnswered = !(result instanceof LookupResult.Unanswered);
    copies.confirm(query, keys, isAnswered ? asked : means.now());
    return result;
  }

  /** A copy that could not be written may be later; an entry may have no room as a copy. */
  private LookupResult kept(SecretQuery query, PartitionKeys keys, Known known, CacheEntry entry) {
    var revokedAt = entries.revokedSince(known);
    revokedAt.ifPresent(at -> copies.drop(query, at));
    var later = copies.findAny(query, keys).filter(it -> it.readAt().isAfter(entry.readAt()));
    return revokedAt.isPresent() && later.isEmpty()
        ? new LookupResult.Revoked(revokedAt.get())
        : new LookupResult.Found(later.orElse(entry));
  }

  private void publish(SecretQuery query, SharedRead result) {
    means.events().publish(new SharedEntryRead(query, result));
  }
}
