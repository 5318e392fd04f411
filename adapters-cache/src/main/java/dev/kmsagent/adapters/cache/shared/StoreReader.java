package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.adapters.cache.shared.Judge.LookupResult;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
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
  private final ConcurrentMap<Wanted, CompletableFuture<Optional<CacheEntry>>> lookups =
      new ConcurrentHashMap<>();
  private final SharedEntries entries;
  private final Judge judge;
  private final LocalCopies copies;
  private final SerialTasks<SecretName> writes;
  private final Means means;

  /** An entry of one principal: another one must not join its look-up. */
  private record Wanted(SecretQuery query, PartitionKeys keys) {}

  StoreReader(
      SharedEntries entries,
      Judge judge,
      LocalCopies copies,
      SerialTasks<SecretName> writes,
      Means means) {
    this.entries = entries;
    this.judge = judge;
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
    var wanted = new Wanted(query, keys);
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
                    ? Stages.done(read(query, keys, () -> {}))
                    : Stages.DONE);
  }

  /**
   * Reads the store, and gives what is to be served.
   *
   * @param answered runs before the answer is judged: who asks from then on may know of a later
   *     revocation
   */
  private CompletionStage<Optional<CacheEntry>> read(
      SecretQuery query, PartitionKeys keys, Runnable answered) {
    var asked = means.now();
    return entries
        .read(keys, query)
        .thenApply(
            contents -> {
              answered.run();
              return take(query, keys, asked, judge.judge(keys, query, contents));
            });
  }

  /** Makes the copy what the store had when it was asked, if it had anything. */
  Optional<CacheEntry> take(
      SecretQuery query, PartitionKeys keys, Instant asked, LookupResult result) {
    if (result instanceof LookupResult.Found found) {
      return keep(query, keys, asked, found);
    }
    if (result instanceof LookupResult.Revoked(var at)) {
      copies.drop(query, at);
    }
    var isAnswered = !(result instanceof LookupResult.Unanswered);
    copies.confirm(query, keys, isAnswered ? asked : means.now());
    return copies.findAny(query, keys);
  }

  /**
   * A revocation that became known after the entry was judged has found no copy to drop. A copy
   * that could not be written may be later; and what is found may have no room as a copy.
   */
  private Optional<CacheEntry> keep(
      SecretQuery query, PartitionKeys keys, Instant asked, LookupResult.Found found) {
    var entry = found.entry();
    copies.keep(query, entry, keys, asked);
    var revokedAt = judge.revokedSince(found);
    revokedAt.ifPresent(at -> copies.drop(query, at));
    var copy = copies.findAny(query, keys);
    return revokedAt.isPresent()
        ? copy
        : copy.filter(it -> it.readAt().isAfter(entry.readAt())).or(() -> Optional.of(entry));
  }
}
