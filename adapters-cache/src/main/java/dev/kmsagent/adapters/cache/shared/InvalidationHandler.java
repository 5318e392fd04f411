package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.SharedEntries.LookupResult;
import dev.kmsagent.domain.SecretQuery;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Handles the changes that the store announces: candidates for a lease ask again, tombstones that
 * may be lost are written again, and copies are revalidated, some at a time, while they are served.
 * Only hashes with copies wait to be revalidated, each once. Thread-safe.
 */
final class InvalidationHandler implements ChangeFeed.Follower {
  /** As many checks as there are connections, twice: a slow one does not delay all others. */
  private static final int CHECKS = 16;

  private final Partitions partitions;
  private final LocalCopies copies;
  private final StoreReader reader;
  private final LeaseElection election;
  private final Revocations revocations;
  private final CoherenceTracker coherence;
  private final ConcurrentTasks checks;
  private final Set<String> due = ConcurrentHashMap.newKeySet();

  InvalidationHandler(
      Partitions partitions,
      LocalCopies copies,
      StoreReader reader,
      LeaseElection election,
      Revocations revocations,
      CoherenceTracker coherence,
      Executor executor) {
    this.partitions = partitions;
    this.copies = copies;
    this.reader = reader;
    this.election = election;
    this.revocations = revocations;
    this.coherence = coherence;
    this.checks = new ConcurrentTasks(CHECKS, executor);
  }

  @Override
  public void connected() {
    coherence.connected();
    revocations.changedAll();
  }

  @Override
  public void lost() {
    coherence.lost();
  }

  @Override
  public void changedAll() {
    coherence.changedAll();
    revocations.changedAll();
  }

  /** Notes the change first: what a candidate reads after it is not outdated. */
  @Override
  public void changed(String hash) {
    var outdated = copies.changed(hash);
    election.changed(hash);
    revocations.changed(hash);
    if (!outdated.isEmpty() && due.add(hash)) {
      var _ = checks.add(() -> check(hash)).whenComplete((_, bug) -> Stages.report(bug));
    }
  }

  private CompletionStage<Void> check(String hash) {
    due.remove(hash);
    var keys = partitions.present();
    var queries = copies.queriesIn(hash);
    if (keys.isEmpty()) {
      queries.forEach(copies::invalidate);
      return Stages.DONE;
    }
    return Stages.inOrder(queries, query -> check(query, keys.get()));
  }

  private CompletionStage<Void> check(SecretQuery query, PartitionKeys keys) {
    return Stages.DONE
        .thenCompose(_ -> reader.fetch(query, keys))
        .thenAccept(result -> invalidateUnlessAnswered(query, result))
        .whenComplete((_, bug) -> invalidateAfter(bug, query));
  }

  private void invalidateAfter(@Nullable Throwable bug, SecretQuery query) {
    if (bug != null) {
      copies.invalidate(query);
    }
  }

  private void invalidateUnlessAnswered(SecretQuery query, LookupResult result) {
    switch (result) {
      case LookupResult.Found _, LookupResult.Revoked _, LookupResult.Nothing _ -> {}
      case LookupResult.Unanswered _ -> copies.invalidate(query);
    }
  }
}
