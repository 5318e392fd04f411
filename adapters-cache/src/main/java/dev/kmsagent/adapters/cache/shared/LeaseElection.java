package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.LeadDecision.Lead;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Elects the agent that reads a secret from KMS: the one that gets its lease, which ends by itself.
 * The others poll for the entry that it stores, for at most half of the time that they have, so
 * that each can still read it itself. Thread-safe, without locks.
 */
record LeaseElection(
    EntryStore store,
    SharedEntries entries,
    StoreReader reader,
    SerialTasks<SecretName> writes,
    Means means) {
  /** Longer than KMS takes as a rule, and short enough to tolerate a leader that died. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  /** Completes while there is time left to read the secret. */
  CompletableFuture<LeadDecision> requestLead(
      SecretQuery query, PartitionKeys keys, Instant readAfter, Instant deadline) {
    var candidate = new Candidate(query, keys, readAfter, deadline);
    candidate.begin();
    return candidate.decision;
  }

  /** This agent's wish to read one secret. It has at most one exchange with the store at a time. */
  private final class Candidate {
    private final SecretQuery query;
    private final PartitionKeys keys;
    private final EntryKey key;
    private final Instant readAfter;
    private final Instant start = means.now();
    private final Instant end;
    private final String name = randomName();
    private final CompletableFuture<LeadDecision> decision = new CompletableFuture<>();
    private Duration pause = FIRST_PAUSE;

    Candidate(SecretQuery query, PartitionKeys keys, Instant readAfter, Instant deadline) {
      this.query = query;
      this.keys = keys;
      this.key = keys.first().key(query);
      this.readAfter = readAfter;
      this.end = Collections.min(List.of(means.half(deadline), start.plus(LEASE)));
    }

    /** No other candidate has it. */
    private String randomName() {
      var bytes = new byte[16];
      means.random().nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    }

    void begin() {
      var _ = means.timing().completeAt(end, decision, () -> Lead.UNSHARED);
      claim();
    }

    private void claim() {
      if (!decision.isDone()) {
        var asked = means.now();
        var _ =
            store
                .claim(key, name, LEASE)
                .thenAccept(
                    result ->
                        result
                            .answered()
                            .ifPresentOrElse(
                                claim -> consider(claim, asked),
                                () -> decision.complete(Lead.UNSHARED)))
                .whenComplete((_, bug) -> Stages.report(bug));
      }
    }

    private void consider(Claim claim, Instant asked) {
      var contents = entries.open(keys.first(), key, query, claim.stored());
      var result = reader.take(query, keys, asked, contents);
      if (result instanceof LookupResult.Found(var entry) && isEnough(entry)) {
        decide(new LeadDecision.Supplied(entry), claim);
      } else if (result instanceof LookupResult.Revoked(var at) && at.isAfter(start)) {
        decide(Lead.UNSHARED, claim);
      } else {
        leadOrPoll(claim);
      }
    }

    private boolean isEnough(CacheEntry entry) {
      var freshness = entry.freshness(means.now());
      return entry.readAt().isAfter(readAfter)
          && (freshness == Freshness.FRESH || freshness == Freshness.REFRESH_DUE);
    }

    private void decide(LeadDecision made, Claim claim) {
      if (claim.granted()) {
        release();
      }
      decision.complete(made);
    }

    private void leadOrPoll(Claim claim) {
      if (!claim.granted()) {
        var _ = means.timing().scheduler().schedule(nextPause(), this::claim);
      } else if (!decision.complete((Lead) this::release)) {
        release();
      }
    }

    private Duration nextPause() {
      var present = pause;
      pause = Collections.min(List.of(pause.multipliedBy(2), LONGEST_PAUSE));
      return present;
    }

    /** Gives the lease back after the entry is written, so that the next leader finds that. */
    private void release() {
      var _ = writes.add(query.name().plain(), () -> store.release(key, name));
    }
  }
}
