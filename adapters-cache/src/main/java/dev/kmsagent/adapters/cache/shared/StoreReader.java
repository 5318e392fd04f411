package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.adapters.cache.shared.LocalCopies.Snapshot;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.SharedEntries.LookupResult;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks up in the store what has no copy in this process, or may have changed. All callers who want
 * the same entry share one look-up. Thread-safe.
 */
final class StoreReader {
  private final ConcurrentMap<SecretQuery, CompletableFuture<Void>> lookups =
      new ConcurrentHashMap<>();
  private final SharedEntries entries;
  private final LocalCopies copies;
  private final SerialTasks<SecretName> writes;
  private final StoreTimeouts timeouts;

  StoreReader(
      SharedEntries entries,
      LocalCopies copies,
      SerialTasks<SecretName> writes,
      StoreTimeouts timeouts) {
    this.entries = entries;
    this.copies = copies;
    this.writes = writes;
    this.timeouts = timeouts;
  }

  /** The copy after it was checked again, or as it is when that takes too long. */
  CompletableFuture<Optional<CacheEntry>> findShared(
      SecretQuery query, PartitionKeys keys, Instant deadline) {
    var lookup = lookup(query, keys).copy();
    timeouts.at(timeouts.half(deadline), lookup, () -> lookup.complete(null));
    return lookup.thenApply(_ -> copies.findAny(query, keys));
  }

  private CompletableFuture<Void> lookup(SecretQuery query, PartitionKeys keys) {
    var lookup = new CompletableFuture<Void>();
    var running = lookups.putIfAbsent(query, lookup);
    if (running != null) {
      return running;
    }
    var _ =
        writes
            .ended(query.name().plain())
            .thenCompose(_ -> revalidate(query, keys))
            .whenComplete((_, bug) -> end(query, lookup, bug));
    return lookup;
  }

  private void end(SecretQuery query, CompletableFuture<Void> lookup, @Nullable Throwable bug) {
    if (bug != null) {
      copies.invalidate(query);
      Stages.report(bug);
    }
    lookups.remove(query, lookup);
    lookup.complete(null);
  }

  private CompletionStage<Void> revalidate(SecretQuery query, PartitionKeys keys) {
    var snapshot = copies.snapshot(query, keys);
    return fetch(query, keys).thenAccept(result -> revalidated(query, keys, snapshot, result));
  }

  private void revalidated(
      SecretQuery query, PartitionKeys keys, Snapshot snapshot, LookupResult result) {
    switch (result) {
      case LookupResult.Found _ -> {}
      case LookupResult.Nothing _, LookupResult.Revoked _ -> copies.confirm(query, keys, snapshot);
      case LookupResult.Unanswered() -> copies.extend(query);
    }
  }

  /**
   * Writes an entry that was just read from KMS for the other agents, or fetches theirs if it is
   * later: the store announces no change in that case.
   */
  CompletionStage<Void> offer(SecretQuery query, PartitionKeys keys, CacheEntry entry) {
    return entries
        .write(keys, query, entry)
        .thenCompose(
            written ->
                switch (written.orElse(Written.KEPT)) {
                  case KEPT -> Stages.DONE;
                  case OUTDATED -> Stages.done(fetch(query, keys));
                });
  }

  /** The state of things before the store is read for what is then {@link #keep kept}. */
  Snapshot snapshot(SecretQuery query, PartitionKeys keys) {
    return copies.snapshot(query, keys);
  }

  /** Keeps what was read from the store after {@code snapshot}, and reads again if it changed. */
  CompletionStage<Void> keep(
      SecretQuery query, LookupResult.Found found, PartitionKeys keys, Snapshot snapshot) {
    keepUnlessRevoked(query, found, keys, snapshot);
    return copies.isChangedSince(snapshot, query, keys)
        ? Stages.done(fetch(query, keys))
        : Stages.DONE;
  }

  /** A refusal that became known after the entry was judged has found no copy to drop. */
  private void keepUnlessRevoked(
      SecretQuery query, LookupResult.Found found, PartitionKeys keys, Snapshot snapshot) {
    copies.keep(query, found.entry(), keys, snapshot);
    entries.revokedSince(keys, query, found).ifPresent(at -> copies.drop(query, at));
  }

  /**
   * Makes the copy what the store has, if it has anything. What changed meanwhile, or shortly
   * before, is read once more.
   */
  CompletionStage<LookupResult> fetch(SecretQuery query, PartitionKeys keys) {
    var snapshot = copies.snapshot(query, keys);
    return fetch(query, keys, snapshot)
        .thenCompose(
            result ->
                copies.isChangedSince(snapshot, query, keys)
                    ? fetch(query, keys, copies.snapshot(query, keys))
                    : CompletableFuture.completedStage(result));
  }

  private CompletionStage<LookupResult> fetch(
      SecretQuery query, PartitionKeys keys, Snapshot snapshot) {
    return entries.find(keys, query).thenApply(result -> apply(query, keys, snapshot, result));
  }

  /** Drops the copy if KMS refused it by what the store has. */
  void dropIfRevoked(SecretQuery query, LookupResult result) {
    switch (result) {
      case LookupResult.Revoked(var at) -> copies.drop(query, at);
      case LookupResult.Found _, LookupResult.Nothing _, LookupResult.Unanswered _ -> {}
    }
  }

  private LookupResult apply(
      SecretQuery query, PartitionKeys keys, Snapshot snapshot, LookupResult result) {
    switch (result) {
      case LookupResult.Found found -> keepUnlessRevoked(query, found, keys, snapshot);
      case LookupResult.Revoked(var at) -> copies.drop(query, at);
      case LookupResult.Nothing(), LookupResult.Unanswered() -> {}
    }
    return result;
  }
}
