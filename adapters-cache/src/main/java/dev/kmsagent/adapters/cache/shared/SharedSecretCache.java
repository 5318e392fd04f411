package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.Revocation.Subject;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.LeadDecision.Lead;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretRenderer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Secrets shared with other agents of the same principal through a store, with copies in this
 * process: a hit never waits. An entry is written to both, and what KMS refused is dropped from
 * both. While the store is not available the copies are served as they are. Thread-safe. It is
 * closed once.
 */
public final class SharedSecretCache implements SecretCache, AutoCloseable {
  /*
   * docs/internals/shared-cache-rules.md says what agents owe each other. This is how one agent
   * does it.
   *
   * A copy (LocalCopies) is an entry in the memory of this process. It belongs to the principal
   * that read it, and counts as the same as in the store for LocalTtlMillis after the store was
   * asked or told. Then the next read looks it up in the store (StoreReader). All callers share
   * that look-up, and each waits for at most half of its remaining time, after which it gets the
   * copy as it is. While the store is not available (CircuitBreakingEntryStore) every copy counts.
   *
   * A mark (HighWaterMarks) is the date of the latest reading or revocation of an entry that this
   * agent knows. It is raised before a reading is sent to the store, and before one that the store
   * has is served. A reading that is not later than a known revocation, or is earlier than a known
   * reading, is not taken from the store. Only a call to KMS that began after a mark was made may
   * lower it: then the clock of the store was set back. The number of marks is bounded.
   *
   * A revocation (Revocations) is a refusal by KMS, of one version or of a secret as a whole. When
   * KMS gives it or the store has it, it becomes a mark, then the write of its tombstone is queued,
   * if the store may lack it, then the copies are dropped. A failed write is due again, until the
   * store takes it or no agent can have a copy any more. A store with an entry that is revoked has
   * lost the tombstone, which is written again.
   *
   * A lease (LeaseElection) is the right to read a secret from KMS. It ends when its holder gives
   * it back, which comes after the write of the entry in the queue, or by itself. The other
   * candidates poll until they get the entry or the lease, or have to read by themselves.
   *
   * An answer of the store is taken in three steps. It is noted (SharedEntries.note): revocations
   * and the latest reading raise the marks, and the copies of a secret that is revoked as a whole
   * are dropped. It is judged by what is known then (LookupResult.of, without side effects). The
   * copy is kept, confirmed or dropped (StoreReader.take). A revocation that another thread notes
   * between the first and the last step has found no copy to drop, so the marks are asked again
   * after a copy was kept. A look-up ends before its answer is noted: a caller that joined later
   * might know of a later revocation.
   *
   * Callers, answers of the store and timers are concurrent. Each class keeps its own state
   * consistent, and holds no lock across an exchange. Writes about one secret (entries, tombstones,
   * ends of leases) are one after the other (SerialTasks), and a look-up begins after those that
   * were queued before it. Order and age are by the clock of the store, which each answer tells
   * (StoreClock); what this agent serves is dated by its own.
   *
   * Never: a hit waits or takes a lock; what is known to be revoked is served; an entry of one
   * principal is served to another; an entry is written to the store that was not just read from
   * KMS (rule 1 has the exception); a read fails because the store does.
   */

  /** Longer than any call to KMS may take that began before the refusal. */
  private static final Duration LONGEST_CALL = Duration.ofMinutes(3);

  private final SecretCache local;
  private final CircuitBreakingEntryStore store;
  private final Partitions partitions;
  private final Means means;
  private final Duration ttl;
  private final HighWaterMarks marks;
  private final SerialTasks<SecretName> writes;
  private final LocalCopies copies;
  private final StoreReader reader;
  private final LeaseElection election;
  private final Revocations revocations;
  private final Runnable leaving;

  /**
   * The copies in this process.
   *
   * @param tier keeps them, and decides which are dropped for lack of room
   * @param most how many it keeps
   * @param caches that share these bounds, this one included
   * @param ttl after which a copy is checked again
   */
  public record Local(SecretCache tier, int most, int caches, Duration ttl) {
    /** Readings and revocations are remembered for this many times the copies. */
    private static final int MARKS = 3;

    /** The marks that are kept however few the copies are. */
    static final int LEAST_MARKS = 1000;

    /** Revocations of names without a copy. */
    static final int GUESSES = 1000;

    /** Confirmations are kept for this many times the copies. */
    private static final int CONFIRMATIONS = 2;

    private static final int LEAST_CONFIRMATIONS = 200;

    /** Sealed entries that wait for the store take heap; more of them would not be faster. */
    private static final int WRITES = 8;

    private int marks() {
      return Math.max(LEAST_MARKS, MARKS * most) / caches;
    }

    private int guesses() {
      return GUESSES / caches;
    }

    private int confirmations() {
      return Math.max(LEAST_CONFIRMATIONS, CONFIRMATIONS * most / caches);
    }

    private int writes() {
      return Math.max(1, WRITES / caches);
    }
  }

  /** For how long a refusal is not answered, at most, until the store has it. */
  private static final Duration REVOKING = Duration.ofMillis(500);

  public SharedSecretCache(
      Local local,
      CircuitBreakingEntryStore store,
      Partitions partitions,
      FreshnessPolicy freshness,
      SecretRenderer renderer,
      Means means) {
    this.local = local.tier();
    this.partitions = partitions;
    this.means = means;
    this.ttl = freshness.ttl();
    var clock = means.timing().clock();
    this.store = store;
    this.marks = new HighWaterMarks(local.marks(), local.guesses(), store.clock(), means.events());
    this.writes = new SerialTasks<>(means.executor());
    this.copies =
        new LocalCopies(
            local.tier(), store::isAvailable, clock, local.ttl(), local.confirmations());
    this.revocations =
        new Revocations(store, marks, copies, writes, revocationLife(freshness), means);
    var entries = new SharedEntries(store, marks, revocations, renderer, local.writes(), means);
    this.reader = new StoreReader(entries, freshness, copies, writes, means);
    this.election = new LeaseElection(store, entries, reader, writes, means);
    this.leaving = store.add(this::drain);
  }

  private static Duration revocationLife(FreshnessPolicy freshness) {
    var copies = freshness.ttl().plus(freshness.maxStale());
    return copies.compareTo(LONGEST_CALL) < 0 ? LONGEST_CALL : copies;
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return copies.find(query, partitions.present());
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
    return ask(
        deadline,
        keys -> reader.findShared(query, keys, deadline),
        known -> known.flatMap(keys -> copies.findAny(query, keys)));
  }

  /** Without a TTL no agent has a fresh entry for another. */
  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    return ttl.isZero()
        ? CompletableFuture.completedStage(Lead.UNSHARED)
        : ask(
            deadline,
            keys -> election.requestLead(query, keys, readAfter, deadline),
            _ -> Lead.UNSHARED);
  }

  /** Asks the store as soon as the principal is confirmed, unless the store is not available. */
  private <T> CompletionStage<T> ask(
      Instant deadline,
      Function<PartitionKeys, CompletableFuture<T>> question,
      Function<Optional<PartitionKeys>, T> otherwise) {
    if (!store.isAvailable()) {
      return CompletableFuture.completedStage(otherwise.apply(partitions.present()));
    }
    var known = partitions.confirmed().toCompletableFuture().copy();
    var _ = means.timing().completeAt(deadline, known, Optional::empty);
    return known.thenCompose(
        keys ->
            keys.map(question)
                .orElseGet(() -> CompletableFuture.completedFuture(otherwise.apply(keys))));
  }

  /** Other agents render the secret by themselves. */
  @Override
  public CachedSecret needed(Secret secret) {
    return secret;
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    var owner = partitions.presentSince(entry.readAt());
    if (owner.isEmpty()) {
      copies.keepUnconfirmed(query, entry);
    } else {
      copies.keep(query, entry, owner.get(), means.now());
      var _ = writes.add(query.name().plain(), () -> reader.offer(query, owner.get(), entry));
    }
  }

  @Override
  public Set<SecretQuery> cachedQueries(SecretName plainName) {
    return local.cachedQueries(plainName);
  }

  @Override
  public CompletionStage<?> evict(SecretQuery query) {
    var hasCopy = cachedQueries(query.name().plain()).contains(query);
    revoke(keys -> Subject.of(keys, query), Set.of(query), hasCopy);
    var _ = local.evict(query);
    return written(query.name());
  }

  @Override
  public CompletionStage<?> evictAll(SecretName name) {
    var queries = cachedQueries(name.plain());
    var hasCopy = queries.stream().anyMatch(query -> query.name().equals(name));
    revoke(keys -> Subject.whole(keys, name), queries, hasCopy);
    var _ = local.evictAll(name);
    return written(name);
  }

  private CompletionStage<?> written(SecretName name) {
    var ended = writes.ended(name.plain()).copy();
    return means.timing().completeAt(means.now().plus(REVOKING), ended, () -> null);
  }

  private void revoke(
      Function<PartitionKeys, Subject> subject, Set<SecretQuery> queries, boolean hasCopy) {
    partitions
        .present()
        .ifPresent(
            keys -> {
              var latest = marks.latest(queries.stream().map(keys.first()::key));
              revocations.revoke(subject.apply(keys), latest, hasCopy);
            });
  }

  @Override
  public Occupancy occupancy() {
    return local.occupancy();
  }

  private CompletionStage<Void> drain() {
    return revocations.drain().thenCompose(_ -> writes.ended());
  }

  SecretCache local() {
    return local;
  }

  /** Nothing is read any more. The store, which others may use, stays open. */
  @Override
  public void close() {
    leaving.run();
  }
}
