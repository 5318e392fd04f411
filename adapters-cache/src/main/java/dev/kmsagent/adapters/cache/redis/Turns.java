package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.store.EntryStore;
import dev.kmsagent.adapters.cache.redis.store.EntryStore.Claim;
import dev.kmsagent.adapters.cache.redis.store.Reply;
import dev.kmsagent.adapters.cache.seal.Slot;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Who of the agents reads a secret from KMS: the one that holds the lease of it, which ends by
 * itself. The others look again and again for what it brings, for no longer than half of their
 * time, so that each can still do it by itself. Thread-safe.
 */
final class Turns {
  /** The lead of whoever shares with nobody, for now. */
  static final Turn ALONE = new Turn.Lead(Turn.Lease.UNSHARED);

  /** Longer than KMS takes as a rule, and short enough to wait for in vain. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  private final EntryStore store;
  private final SharedEntries shared;
  private final Copies copies;
  private final Errands errands;
  private final Waiting waiting;
  private final Supplier<String> names;

  /**
   * @param names gives a name that nobody else has, at each call
   */
  Turns(
      EntryStore store,
      SharedEntries shared,
      Copies copies,
      Errands errands,
      Waiting waiting,
      Supplier<String> names) {
    this.store = store;
    this.shared = shared;
    this.copies = copies;
    this.errands = errands;
    this.waiting = waiting;
    this.names = names;
  }

  /** Completes by the deadline, and after the patience where the store does not answer. */
  CompletableFuture<Turn> turn(
      SecretQuery query, Vaults vaults, Instant readAfter, Instant deadline) {
    var candidate = new Candidate(query, vaults, readAfter, deadline);
    waiting.executor().execute(candidate::ask);
    return candidate.turn;
  }

  /** One agent that wants to read one secret. One thread at a time. */
  private final class Candidate {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private final SecretQuery query;
    private final Vaults vaults;
    private final Slot slot;
    private final Instant readAfter;
    private final Instant start = waiting.clock().instant();
    private final Instant end;
    private final String name = names.get();
    private final CompletableFuture<Turn> turn = new CompletableFuture<>();
    private volatile boolean heard;
    private Duration pause = FIRST_PAUSE;

    Candidate(SecretQuery query, Vaults vaults, Instant readAfter, Instant deadline) {
      this.query = query;
      this.vaults = vaults;
      this.slot = vaults.first().slot(query);
      this.readAfter = readAfter;
      var half = Duration.between(start, deadline).dividedBy(2);
      this.end = start.plus(half.compareTo(LEASE) < 0 ? half : LEASE);
      waiting.at(end, turn, () -> turn.complete(ALONE));
      waiting.at(waiting.end(end), turn, this::leadIfUnheard);
    }

    private void leadIfUnheard() {
      if (!heard) {
        turn.complete(ALONE);
      }
    }

    void ask() {
      if (!turn.isDone()) {
        switch (store.claim(slot, name, LEASE)) {
          case Reply.Given<Claim>(var claim) -> weigh(claim);
          case Reply.Failed<Claim> _, Reply.NotAsked<Claim> _ -> turn.complete(ALONE);
        }
      }
    }

    private void weigh(Claim claim) {
      heard = true;
      switch (shared.judge(vaults.first(), slot, query, claim.shelf())) {
        case Look.Found found when isEnough(found) -> take(found, claim);
        case Look.Revoked(var at) when at.isAfter(start) -> goOn(claim, ALONE);
        case Look.Found _, Look.Revoked _, Look.Nothing _, Look.Unanswered _ -> leadOrWait(claim);
      }
    }

    private boolean isEnough(Look.Found found) {
      return found.entry().readAt().isAfter(readAfter)
          && waiting.clock().instant().isBefore(found.entry().freshUntil());
    }

    private void take(Look.Found found, Claim claim) {
      copies.keep(query, found.entry(), vaults);
      goOn(claim, new Turn.Supplied(found.entry()));
    }

    private void goOn(Claim claim, Turn how) {
      if (claim.granted()) {
        release();
      }
      turn.complete(how);
    }

    private void leadOrWait(Claim claim) {
      if (!claim.granted()) {
        waiting.later(pause, this::ask);
        var next = pause.multipliedBy(2);
        pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
      } else if (!turn.complete(new Turn.Lead(this::release))) {
        release();
      }
    }

    /** After what is being stored: whoever leads next is to find it. */
    private void release() {
      errands.add(query.name().plain(), () -> store.release(slot, name));
    }
  }
}
