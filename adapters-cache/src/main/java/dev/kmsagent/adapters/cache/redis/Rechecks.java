package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.store.ChangeFeed;
import dev.kmsagent.domain.SecretQuery;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What is done about changes that the store tells: who waits for one is told, and copies are looked
 * at again, one after the other, so that a hit stays a hit meanwhile. Thread-safe.
 */
final class Rechecks implements ChangeFeed.Follower {
  private final Partitions partitions;
  private final Copies copies;
  private final Recalls recalls;
  private final Turns turns;
  private final Watch watch;
  private final Executor executor;
  private final Set<String> due = ConcurrentHashMap.newKeySet();
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /**
   * @param executor for tasks that wait: virtual threads
   */
  Rechecks(
      Partitions partitions,
      Copies copies,
      Recalls recalls,
      Turns turns,
      Watch watch,
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
            vaults -> copies.in(hash).forEach(query -> look(query, vaults)),
            () -> copies.in(hash).forEach(copies::doubt));
  }

  private void look(SecretQuery query, Vaults vaults) {
    switch (recalls.bring(query, vaults)) {
      case Look.Found _, Look.Revoked _, Look.Nothing _ -> {}
      case Look.Unanswered _ -> copies.doubt(query);
    }
  }
}
