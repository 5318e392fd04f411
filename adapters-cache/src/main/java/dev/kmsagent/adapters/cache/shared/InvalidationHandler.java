package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SecretQuery;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What is done about changes that the store tells: who waits for one is told, and copies are looked
 * at again, one after the other, so that a hit stays a hit meanwhile. Thread-safe.
 */
final class InvalidationHandler implements ChangeFeed.Follower {
  private final Partitions partitions;
  private final LocalCopies copies;
  private final StoreReader recalls;
  private final LeaseElection turns;
  private final CoherenceTracker watch;
  private final Executor executor;
  private final Set<String> due = ConcurrentHashMap.newKeySet();
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /**
   * @param executor for tasks that wait: virtual threads
   */
  InvalidationHandler(
      Partitions partitions,
      LocalCopies copies,
      StoreReader recalls,
      LeaseElection turns,
      CoherenceTracker watch,
      Executor executor) {
    this.partitions = partitions;
    this.copies = copies;
    this.recalls = recalls;
    this.turns = turns;
    this.watch = watch;
    this.executor = executor;
  }

  @Override
  public void connected() {
    watch.told();
  }

  @Override
  public void lost() {
    watch.lost();
  }

  @Override
  public void changedAll() {
    watch.changedAll();
  }

  @Override
  public synchronized void changed(String hash) {
    turns.changed(hash);
    if (!copies.changed(hash).isEmpty() && due.add(hash)) {
      last = last.exceptionally(_ -> null).thenRunAsync(() -> look(hash), executor);
    }
  }

  private void look(String hash) {
    due.remove(hash);
    partitions
        .present()
        .ifPresentOrElse(
            keys -> copies.in(hash).forEach(query -> look(query, keys)),
            () -> copies.in(hash).forEach(copies::doubt));
  }

  private void look(SecretQuery query, PartitionKeys keys) {
    switch (recalls.bring(query, keys)) {
      case LookupResult.Found _, LookupResult.Revoked _, LookupResult.Nothing _ -> {}
      case LookupResult.Unanswered _ -> copies.doubt(query);
    }
  }
}
