package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.ForwardingSecretCache;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A cache that agents of one identity share: what one stores all find at once, and one at a time
 * leads the read of a secret. For one thread.
 */
final class SimulatedSharedCache extends ForwardingSecretCache {
  private final VirtualTime time;
  private final Map<SecretQuery, Queue<Candidate>> waiting = new HashMap<>();

  private record Candidate(Instant readAfter, CompletableFuture<LeadDecision> turn) {}

  SimulatedSharedCache(VirtualTime time) {
    super(new FakeSecretCache());
    this.time = time;
  }

  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    var candidate = new Candidate(readAfter, new CompletableFuture<>());
    var others = waiting.get(query);
    if (others == null) {
      waiting.put(query, new ArrayDeque<>());
      call(query, candidate);
    } else {
      others.add(candidate);
      time.schedule(
          Duration.between(time.instant(), deadline),
          () -> candidate.turn().complete(LeadDecision.Lead.UNSHARED));
    }
    return candidate.turn();
  }

  private void call(SecretQuery query, Candidate candidate) {
    var supplied =
        find(query)
            .filter(entry -> isFresh(entry) && entry.readAt().isAfter(candidate.readAfter()));
    if (supplied.isPresent()) {
      candidate.turn().complete(new LeadDecision.Supplied(supplied.get()));
      next(query);
    } else {
      candidate.turn().complete((LeadDecision.Lead) () -> next(query));
    }
  }

  private boolean isFresh(CacheEntry entry) {
    return entry.freshness(time.instant()) == Freshness.FRESH;
  }

  private void next(SecretQuery query) {
    var others = waiting.getOrDefault(query, new ArrayDeque<>());
    var candidate = others.poll();
    while (candidate != null && candidate.turn().isDone()) {
      candidate = others.poll();
    }
    if (candidate == null) {
      waiting.remove(query);
    } else {
      call(query, candidate);
    }
  }
}
