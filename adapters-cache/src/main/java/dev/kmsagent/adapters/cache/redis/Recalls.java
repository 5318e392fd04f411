package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.store.EntryStore.Written;
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
final class Recalls {
  private final ConcurrentMap<SecretQuery, CompletableFuture<Void>> looking =
      new ConcurrentHashMap<>();
  private final SharedEntries shared;
  private final Copies copies;
  private final Errands errands;
  private final Waiting waiting;

  Recalls(SharedEntries shared, Copies copies, Errands errands, Waiting waiting) {
    this.shared = shared;
    this.copies = copies;
    this.errands = errands;
    this.waiting = waiting;
  }

  /** The copy once it was looked at again, or as it is when that takes too long. */
  CompletableFuture<Optional<CacheEntry>> findShared(
      SecretQuery query, Vaults vaults, Instant deadline) {
    var looked = looking.computeIfAbsent(query, _ -> look(query, vaults)).copy();
    waiting.at(waiting.half(deadline), looked, () -> looked.complete(null));
    return looked.handle((_, _) -> copies.any(query, vaults));
  }

  private CompletableFuture<Void> look(SecretQuery query, Vaults vaults) {
    var look =
        errands
            .done(query.name().plain())
            .thenRunAsync(() -> bringOrOffer(query, vaults), waiting.background().executor());
    var _ =
        look.whenCompleteAsync(
            (_, _) -> looking.remove(query, look), waiting.background().executor());
    return look;
  }

  private void bringOrOffer(SecretQuery query, Vaults vaults) {
    var mark = copies.mark(query, vaults);
    switch (bring(query, vaults)) {
      case Look.Found _ -> {}
      case Look.Nothing _, Look.Revoked _ -> {
        copies.any(query, vaults).ifPresent(copy -> offer(query, vaults, copy));
        copies.confirm(query, vaults, mark);
      }
      case Look.Unanswered() -> copies.spare(query);
    }
  }

  /** As things stand, before the store is asked for what is to be {@link #keep kept}. */
  Copies.Mark mark(SecretQuery query, Vaults vaults) {
    return copies.mark(query, vaults);
  }

  /** Keeps what lay in the store as things stood then, and looks again if that was changed. */
  void keep(SecretQuery query, CacheEntry entry, Vaults vaults, Copies.Mark mark) {
    copies.keep(query, entry, vaults, mark);
    if (copies.isChangedSince(mark, query, vaults)) {
      var _ = bring(query, vaults);
    }
  }

  /**
   * Gives the others what this agent has, or brings what they have if that is later: nothing else
   * would tell of it. Waits for the store.
   */
  void offer(SecretQuery query, Vaults vaults, CacheEntry entry) {
    switch (shared.write(vaults, query, entry).orElse(Written.KEPT)) {
      case KEPT -> {}
      case OUTDATED -> {
        var _ = bring(query, vaults);
      }
    }
  }

  /**
   * Makes the copy what lies in the store, if anything does; waits for the store. What was changed
   * meanwhile, or shortly before, is looked at once more.
   */
  Look bring(SecretQuery query, Vaults vaults) {
    var mark = copies.mark(query, vaults);
    var look = bring(query, vaults, mark);
    return copies.isChangedSince(mark, query, vaults)
        ? bring(query, vaults, copies.mark(query, vaults))
        : look;
  }

  private Look bring(SecretQuery query, Vaults vaults, Copies.Mark mark) {
    var look = shared.look(vaults, query);
    switch (look) {
      case Look.Found(var entry) -> copies.keep(query, entry, vaults, mark);
      case Look.Revoked(var at) -> copies.drop(query, at);
      case Look.Nothing(), Look.Unanswered() -> {}
    }
    return look;
  }
}
