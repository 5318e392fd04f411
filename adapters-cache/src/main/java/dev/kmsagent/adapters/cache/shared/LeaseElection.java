package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.LocalCopies.Snapshot;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.SharedEntries.LookupResult;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Elects the agent that reads a secret from KMS: the one that gets its lease, which ends by itself.
 * The others poll for the entry that it stores, for at most half of the time that they have, so
 * that each can still read it itself. Thread-safe, without locks.
 */
final class LeaseElection {
  /** The decision for an agent that cannot use the store now: it reads without a lease. */
  static final LeadDecision ALONE = LeadDecision.Lead.UNSHARED;

  /** Longer than KMS takes as a rule, and short enough to tolerate a leader that died. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  private final EntryStore store;
  private final SharedEntries entries;
  private final StoreReader reader;
  private final CoherenceTracker coherence;
  private final SerialTasks<SecretName> writes;
  private final StoreTimeouts timeouts;
  private final Supplier<String> names;
  private final ConcurrentMap<String, Set<Candidate>> candidates = new ConcurrentHashMap<>();

  /**
   * @param names gives a name that no other candidate has, at each call
   */
  LeaseElection(
      EntryStore store,
      SharedEntries entries,
      StoreReader reader,
      CoherenceTracker coherence,
      SerialTasks<SecretName> writes,
      StoreTimeouts timeouts,
      Supplier<String> names) {
    this.store = store;
    this.entries = entries;
    this.reader = reader;
    this.coherence = coherence;
    this.writes = writes;
    this.timeouts = timeouts;
    this.names = names;
  }

  /** Completes while there is time left to read the secret. */
  CompletableFuture<LeadDecision> requestLead(
      SecretQuery query, PartitionKeys keys, Instant readAfter, Instant deadline) {
    var candidate = new Candidate(query, keys, readAfter, deadline);
    candidate.begin();
    return candidate.decision;
  }

  /** Has the candidates for entries of a hash that has changed ask at once. */
  void changed(String hash) {
    candidates.getOrDefault(hash, Set.of()).forEach(Candidate::ask);
  }

  /** This agent's wish to read one secret. It has at most one exchange with the store at a time. */
  private final class Candidate {
    private final SecretQuery query;
    private final PartitionKeys keys;
    private final EntryKey key;
    private final Instant readAfter;
    private final Instant start = timeouts.clock().instant();
    private final Instant end;
    private final String name = names.get();
    private final CompletableFuture<LeadDecision> decision = new CompletableFuture<>();

    /** Wishes to ask that no exchange has answered yet; who raises it from 0 begins one. */
    private final AtomicInteger wishes = new AtomicInteger();

    private Duration pause = FIRST_PAUSE;
    private Scheduler.Timer nextPoll = () -> {};

    Candidate(SecretQuery query, PartitionKeys keys, Instant readAfter, Instant deadline) {
      this.query = query;
      this.keys = keys;
      this.key = keys.first().key(query);
      this.readAfter = readAfter;
      var half = timeouts.half(deadline);
      var lease = start.plus(LEASE);
      this.end = half.isBefore(lease) ? half : lease;
    }

    /** Registers before it asks, so that it misses no change. */
    void begin() {
      var _ = candidates.compute(key.hash(), (_, others) -> join(others));
      var _ = decision.whenComplete((_, _) -> leave());
      timeouts.at(end, decision, () -> decision.complete(ALONE));
      ask();
    }

    private Set<Candidate> join(@Nullable Set<Candidate> others) {
      var all = others == null ? new CopyOnWriteArraySet<Candidate>() : others;
      all.add(this);
      return all;
    }

    private void leave() {
      candidates.computeIfPresent(
          key.hash(),
          (_, others) -> {
            others.remove(this);
            return others.isEmpty() ? null : others;
          });
    }

    /** Claims the lease, now or after the exchange that is under way. */
    void ask() {
      if (wishes.getAndIncrement() == 0) {
        claim();
      }
    }

    private void claim() {
      if (!decision.isDone()) {
        var answered = wishes.get();
        var snapshot = reader.snapshot(query, keys);
        var _ =
            store
                .claim(key, name, LEASE)
                .thenCompose(result -> consider(result, snapshot))
                .whenComplete((_, bug) -> considered(answered, bug));
      }
    }

    /** After a bug the agent reads the secret itself, without the lease that it may have. */
    private void considered(int answered, @Nullable Throwable bug) {
      if (bug != null) {
        release();
        decision.complete(ALONE);
      }
      if (wishes.addAndGet(-answered) > 0) {
        claim();
      }
    }

    private CompletionStage<Void> consider(StoreResult<Claim> result, Snapshot snapshot) {
      return switch (result) {
        case StoreResult.Answered<Claim>(var claim, _) ->
            entries
                .judge(keys, query, claim.stored())
                .thenCompose(found -> consider(found, claim, snapshot));
        case StoreResult.Failed<Claim> _, StoreResult.Skipped<Claim> _ -> {
          decision.complete(ALONE);
          yield Stages.DONE;
        }
      };
    }

    private CompletionStage<Void> consider(LookupResult found, Claim claim, Snapshot snapshot) {
      reader.dropIfRevoked(query, found);
      return switch (found) {
        case LookupResult.Found usable when isEnough(usable.entry()) ->
            reader
                .keep(query, usable, keys, snapshot)
                .thenRun(() -> decide(new LeadDecision.Supplied(usable.entry()), claim));
        case LookupResult.Revoked(var at) when at.isAfter(start) -> {
          decide(ALONE, claim);
          yield Stages.DONE;
        }
        case LookupResult.Found _,
            LookupResult.Revoked _,
            LookupResult.Nothing _,
            LookupResult.Unanswered _ -> {
          leadOrPoll(claim);
          yield Stages.DONE;
        }
      };
    }

    private boolean isEnough(CacheEntry entry) {
      return entry.readAt().isAfter(readAfter)
          && switch (entry.freshness(timeouts.clock().instant())) {
            case FRESH, REFRESH_DUE -> true;
            case LAPSED, EXPIRED -> false;
          };
    }

    private void decide(LeadDecision made, Claim claim) {
      if (claim.granted()) {
        release();
      }
      decision.complete(made);
    }

    private void leadOrPoll(Claim claim) {
      if (!claim.granted()) {
        nextPoll.cancel();
        nextPoll = timeouts.scheduler().schedule(nextPause(), this::ask);
      } else if (!decision.complete((LeadDecision.Lead) this::release)) {
        release();
      }
    }

    /** Where the store announces changes, polling is hardly needed. */
    private Duration nextPause() {
      var present = coherence.current() == Coherence.IMMEDIATE ? LONGEST_PAUSE : pause;
      var next = pause.multipliedBy(2);
      pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
      return present;
    }

    /** Gives the lease back after the entry is written, so that the next leader finds that. */
    private void release() {
      writes.add(query.name().plain(), () -> store.release(key, name));
    }
  }
}
