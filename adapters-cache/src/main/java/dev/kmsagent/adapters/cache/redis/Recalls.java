package dev.kmsagent.adapters.cache.redis;

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
  private final Watch watch;
  private final Errands errands;
  private final Waiting waiting;

  Recalls(SharedEntries shared, Copies copies, Watch watch, Errands errands, Waiting waiting) {
    this.shared = shared;
    this.copies = copies;
    this.watch = watch;
    this.errands = errands;
    this.waiting = waiting;
  }

  /** The copy once it was looked at again, or as it is when that takes too long. */
  CompletableFuture<Optional<CacheEntry>> recall(
      SecretQuery query, Vaults vaults, Instant deadline) {
    var looked = looking.computeIfAbsent(query, _ -> look(query, vaults)).copy();
    waiting.at(waiting.half(deadline), looked, () -> looked.complete(null));
    return looked.thenApply(_ -> copies.any(query, vaults));
  }

  private CompletableFuture<Void> look(SecretQuery query, Vaults vaults) {
    var look =
        errands
            .done(query.name().plain())
            .thenRunAsync(() -> bringOrOffer(query, vaults), waiting.executor());
    var _ = look.whenCompleteAsync((_, _) -> looking.remove(query, look), waiting.executor());
    return look;
  }

  private void bringOrOffer(SecretQuery query, Vaults vaults) {
    var era = watch.era();
    switch (bring(query, vaults)) {
      case Look.Found _ -> {}
      case Look.Nothing _, Look.Revoked _ -> {
        copies.any(query, vaults).ifPresent(copy -> shared.write(vaults, query, copy));
        copies.confirm(query, vaults, era);
      }
      case Look.Unanswered() -> copies.confirm(query, vaults, era);
    }
  }

  /** Makes the copy what lies in the store, if anything does; waits for the store. */
  Look bring(SecretQuery query, Vaults vaults) {
    var era = watch.era();
    var look = shared.look(vaults, query);
    switch (look) {
      case Look.Found(var entry) -> copies.keep(query, entry, vaults, era);
      case Look.Revoked(var at) -> copies.drop(query, at);
      case Look.Nothing(), Look.Unanswered() -> {}
    }
    return look;
  }
}
