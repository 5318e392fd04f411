package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Looks in the store for what is not at hand, or may have changed; all who want the same look
 * together. Thread-safe.
 */
final class StoreReader {
  private final ConcurrentMap<SecretQuery, CompletableFuture<Void>> looking =
      new ConcurrentHashMap<>();
  private final SharedEntries shared;
  private final LocalCopies copies;
  private final SerialWrites writes;
  private final StoreTimeouts waiting;

  StoreReader(
      SharedEntries shared, LocalCopies copies, SerialWrites writes, StoreTimeouts waiting) {
    this.shared = shared;
    this.copies = copies;
    this.writes = writes;
    this.waiting = waiting;
  }

  /** The copy once it was looked at again, or as it is when that takes too long. */
  CompletableFuture<Optional<CacheEntry>> findShared(
      SecretQuery query, PartitionKeys keys, Instant deadline) {
    var looked = looking.computeIfAbsent(query, _ -> look(query, keys)).copy();
    waiting.at(waiting.half(deadline), looked, () -> looked.complete(null));
    return looked.handle((_, _) -> copies.any(query, keys));
  }

  private CompletableFuture<Void> look(SecretQuery query, PartitionKeys keys) {
    var look =
        writes
            .done(query.name().plain())
            .thenRunAsync(() -> bringOrOffer(query, keys), waiting.background().executor());
    var _ =
        look.whenCompleteAsync(
            (_, _) -> looking.remove(query, look), waiting.background().executor());
    return look;
  }

  private void bringOrOffer(SecretQuery query, PartitionKeys keys) {
    var mark = copies.mark(query, keys);
    switch (bring(query, keys)) {
      case LookupResult.Found _ -> {}
      case LookupResult.Nothing _, LookupResult.Revoked _ -> {
        copies.any(query, keys).ifPresent(copy -> offer(query, keys, copy));
        copies.confirm(query, keys, mark);
      }
      case LookupResult.Unanswered() -> copies.spare(query);
    }
  }

  /** As things stand, before the store is asked for what is to be {@link #keep kept}. */
  LocalCopies.Mark mark(SecretQuery query, PartitionKeys keys) {
    return copies.mark(query, keys);
  }

  /** Keeps what lay in the store as things stood then, and looks again if that was changed. */
  void keep(SecretQuery query, CacheEntry entry, PartitionKeys keys, LocalCopies.Mark mark) {
    copies.keep(query, entry, keys, mark);
    if (copies.isChangedSince(mark, query, keys)) {
      var _ = bring(query, keys);
    }
  }

  /**
   * Gives the others what this agent has, or brings what they have if that is later: nothing else
   * would tell of it. Waits for the store.
   */
  void offer(SecretQuery query, PartitionKeys keys, CacheEntry entry) {
    switch (shared.write(keys, query, entry).orElse(Written.KEPT)) {
      case KEPT -> {}
      case OUTDATED -> {
        var _ = bring(query, keys);
      }
    }
  }

  /**
   * Makes the copy what lies in the store, if anything does; waits for the store. What was changed
   * meanwhile, or shortly before, is looked at once more.
   */
  LookupResult bring(SecretQuery query, PartitionKeys keys) {
    var mark = copies.mark(query, keys);
    var look = bring(query, keys, mark);
    return copies.isChangedSince(mark, query, keys)
        ? bring(query, keys, copies.mark(query, keys))
        : look;
  }

  private LookupResult bring(SecretQuery query, PartitionKeys keys, LocalCopies.Mark mark) {
    var look = shared.look(keys, query);
    switch (look) {
      case LookupResult.Found(var entry) -> copies.keep(query, entry, keys, mark);
      case LookupResult.Revoked(var at) -> copies.drop(query, at);
      case LookupResult.Nothing(), LookupResult.Unanswered() -> {}
    }
    return look;
  }
}
