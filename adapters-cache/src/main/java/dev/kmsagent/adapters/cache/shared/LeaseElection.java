package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Who of the agents reads a secret from KMS: the one that holds the lease of it, which ends by
 * itself. The others look again and again for what it brings, for no longer than half of their
 * time, so that each can still do it by itself. Thread-safe.
 */
final class LeaseElection {
  /** The lead of whoever shares with nobody, for now. */
  static final LeadDecision ALONE = new LeadDecision.Lead(LeadDecision.Lease.UNSHARED);

  /** Longer than KMS takes as a rule, and short enough to wait for in vain. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  private final EntryStore store;
  private final SharedEntries shared;
  private final StoreReader recalls;
  private final CoherenceTracker watch;
  private final SerialWrites writes;
  private final StoreTimeouts waiting;
  private final Supplier<String> names;
  private final ConcurrentMap<String, Set<Candidate>> candidates = new ConcurrentHashMap<>();

  /**
   * @param names gives a name that nobody else has, at each call
   */
  LeaseElection(
      EntryStore store,
      SharedEntries shared,
      StoreReader recalls,
      CoherenceTracker watch,
      SerialWrites writes,
      StoreTimeouts waiting,
      Supplier<String> names) {
    this.store = store;
    this.shared = shared;
    this.recalls = recalls;
    this.watch = watch;
    this.writes = writes;
    this.waiting = waiting;
    this.names = names;
  }

  /** Completes while there is time left to read the secret. */
  CompletableFuture<LeadDecision> requestLead(
      SecretQuery query, PartitionKeys keys, Instant readAfter, Instant deadline) {
    var candidate = new Candidate(query, keys, readAfter, deadline);
    candidate.begin();
    return candidate.turn;
  }

  /** A hash was changed: who waits for that does not wait on. */
  void changed(String hash) {
    candidates.getOrDefault(hash, Set.of()).forEach(Candidate::askNow);
  }

  /** One agent that wants to read one secret. */
  private final class Candidate {
    private final SecretQuery query;
    private final PartitionKeys keys;
    private final EntryKey key;
    private final Instant readAfter;
    private final Instant start = waiting.clock().instant();
    private final Instant end;
    private final String name = names.get();
    private final CompletableFuture<LeadDecision> turn = new CompletableFuture<>();
    private Duration pause = FIRST_PAUSE;
    private Scheduler.Timer nextLook = () -> {};

    Candidate(SecretQuery query, PartitionKeys keys, Instant readAfter, Instant deadline) {
      this.query = query;
      this.keys = keys;
      this.key = keys.first().key(query);
      this.readAfter = readAfter;
      var half = waiting.half(deadline);
      var lease = start.plus(LEASE);
      this.end = half.isBefore(lease) ? half : lease;
    }

    /** It is among the candidates before it asks, so that no change is missed. */
    void begin() {
      candidates.computeIfAbsent(key.hash(), _ -> ConcurrentHashMap.newKeySet()).add(this);
      var _ = turn.whenComplete((_, _) -> leave());
      waiting.at(end, turn, () -> turn.complete(ALONE));
      askNow();
    }

    private void leave() {
      candidates.computeIfPresent(
          key.hash(),
          (_, others) -> {
            others.remove(this);
            return others.isEmpty() ? null : others;
          });
    }

    void askNow() {
      waiting.background().run(this::ask);
    }

    private synchronized void ask() {
      if (!turn.isDone()) {
        var mark = recalls.mark(query, keys);
        switch (store.claim(key, name, LEASE)) {
          case StoreResult.Given<Claim>(var claim) -> weigh(claim, mark);
          case StoreResult.Failed<Claim> _, StoreResult.NotAsked<Claim> _ -> turn.complete(ALONE);
        }
      }
    }

    private void weigh(Claim claim, LocalCopies.Mark mark) {
      switch (shared.judge(keys.first(), key, query, claim.stored())) {
        case LookupResult.Found found when isEnough(found) -> take(found, claim, mark);
        case LookupResult.Revoked(var at) when at.isAfter(start) -> goOn(claim, ALONE);
        case LookupResult.Found _,
            LookupResult.Revoked _,
            LookupResult.Nothing _,
            LookupResult.Unanswered _ ->
            leadOrWait(claim);
      }
    }

    private boolean isEnough(LookupResult.Found found) {
      return found.entry().readAt().isAfter(readAfter)
          && waiting.clock().instant().isBefore(found.entry().freshUntil());
    }

    private void take(LookupResult.Found found, Claim claim, LocalCopies.Mark mark) {
      recalls.keep(query, found.entry(), keys, mark);
      goOn(claim, new LeadDecision.Supplied(found.entry()));
    }

    private void goOn(Claim claim, LeadDecision how) {
      if (claim.granted()) {
        release();
      }
      turn.complete(how);
    }

    private void leadOrWait(Claim claim) {
      if (!claim.granted()) {
        nextLook.cancel();
        nextLook = waiting.background().later(nextPause(), this::ask);
      } else if (!turn.complete(new LeadDecision.Lead(this::release))) {
        release();
      }
    }

    /** Where the store tells of changes there is hardly anything to look for. */
    private Duration nextPause() {
      var present = watch.coherence() == Coherence.IMMEDIATE ? LONGEST_PAUSE : pause;
      var next = pause.multipliedBy(2);
      pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
      return present;
    }

    /** After what is being stored: whoever leads next is to find it. */
    private void release() {
      writes.add(query.name().plain(), () -> store.release(key, name));
    }
  }
}
