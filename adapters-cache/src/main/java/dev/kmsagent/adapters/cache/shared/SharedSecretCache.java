package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.shared.SharedEntries.Told;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.NamePrincipal;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretRenderer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Secrets shared with other agents of the same principal through Redis, with copies in this process
 * so that a hit waits for nobody. What is read is stored in both; what KMS refused is gone from
 * both. Where Redis cannot be asked the copies stand for themselves. Thread-safe. It is started and
 * closed once.
 */
public final class SharedSecretCache implements SecretCache, AutoCloseable {
  private final SecretCache local;
  private final EntryStore store;
  private final ChangeFeed feed;
  private final Means means;
  private final Duration ttl;
  private final EntryKey greeting;
  private final Partitions partitions;
  private final HighWaterMarks seen = new HighWaterMarks();
  private final CoherenceTracker watch;
  private final LocalCopies copies;
  private final SharedEntries shared;
  private final SerialWrites writes;
  private final Revocations revocations;
  private final StoreTimeouts waiting;
  private final StoreReader recalls;
  private final LeaseElection turns;
  private final InvalidationHandler rechecks;
  private volatile boolean closed;

  /**
   * The copies in this process.
   *
   * @param tier keeps them, and decides on what is dropped for lack of room
   * @param most how many it keeps
   * @param unwatchedLife after which a copy is looked at again where Redis does not tell of changes
   */
  public record Local(SecretCache tier, int most, Duration unwatchedLife) {}

  /** The store behind it, which answers or fails in a short time, and what tells of its changes. */
  public record Remote(EntryStore store, ChangeFeed feed) {}

  /**
   * Who shares with whom: agents with the same of all these.
   *
   * @param sealingKeys the first seals, any opens
   * @param prefix of all names in Redis
   */
  public record Circle(
      NamePrincipal identity, KmsEndpoint gateway, List<SealingKey> sealingKeys, String prefix) {
    public Circle {
      sealingKeys = List.copyOf(sealingKeys);
    }
  }

  /** How this agent makes a cache entry of a secret that another one read. */
  public record Reading(FreshnessPolicy policy, SecretRenderer renderer) {}

  /**
   * Time, threads, chance, and who is told.
   *
   * @param executor for tasks that wait: virtual threads
   */
  public record Means(
      InstantSource clock,
      Scheduler scheduler,
      Executor executor,
      SecureRandom random,
      AgentEvents events) {}

  public SharedSecretCache(
      Local local, Remote remote, Circle circle, Reading reading, Means means) {
    this.local = local.tier();
    this.store = remote.store();
    this.feed = remote.feed();
    this.means = means;
    this.ttl = reading.policy().ttl();
    this.greeting = EntryCodec.greeting(circle.prefix());
    this.partitions =
        new Partitions(circle.identity(), circle.gateway(), circle.sealingKeys(), circle.prefix());
    this.watch = new CoherenceTracker(store, means.events());
    this.copies =
        new LocalCopies(
            this.local,
            watch,
            new LocalCopies.Life(means.clock(), local.unwatchedLife(), local.most()));
    this.shared = new SharedEntries(store, reading, seen, means.clock(), means.events());
    this.writes = new SerialWrites(means.executor());
    var background = new Background(means.executor(), means.scheduler());
    this.revocations = new Revocations(store, writes, background);
    this.waiting = new StoreTimeouts(means.clock(), background);
    this.recalls = new StoreReader(shared, copies, writes, waiting);
    this.turns = new LeaseElection(store, shared, recalls, watch, writes, waiting, this::name);
    this.rechecks =
        new InvalidationHandler(partitions, copies, recalls, turns, watch, means.executor());
  }

  private String name() {
    var bytes = new byte[16];
    means.random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Connects in the background, and begins to follow what others change. */
  public void start() {
    watch.begin();
    feed.follow(rechecks);
    means.executor().execute(() -> store.read(greeting));
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return copies.find(query, partitions.present());
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
    return shared(
        deadline,
        keys -> recalls.findShared(query, keys, deadline),
        known -> known.flatMap(keys -> copies.any(query, keys)));
  }

  /** Without a TTL nobody has anything fresh for another. */
  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    return ttl.isZero()
        ? CompletableFuture.completedStage(LeaseElection.ALONE)
        : shared(
            deadline,
            keys -> turns.requestLead(query, keys, readAfter, deadline),
            _ -> LeaseElection.ALONE);
  }

  /**
   * Asks the store as the principal, as soon as it is confirmed and unless the store is not asked,
   * or not any more.
   */
  private <T> CompletionStage<T> shared(
      Instant deadline,
      Function<PartitionKeys, CompletableFuture<T>> question,
      Function<Optional<PartitionKeys>, T> otherwise) {
    if (closed || watch.coherence() == Coherence.DISCONNECTED) {
      return CompletableFuture.completedStage(otherwise.apply(partitions.present()));
    }
    var known = partitions.confirmed().toCompletableFuture().copy();
    if (!known.isDone()) {
      waiting.at(deadline, known, () -> known.complete(Optional.empty()));
    }
    return known.thenCompose(
        keys ->
            keys.map(question)
                .orElseGet(() -> CompletableFuture.completedFuture(otherwise.apply(keys))));
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    var owner = partitions.present();
    if (owner.isEmpty()) {
      copies.keepUnseen(query, entry);
    } else {
      seen.read(query, entry.readAt(), means.clock().instant());
      copies.keep(query, entry, owner.get());
      writes.add(query.name().plain(), () -> recalls.offer(query, owner.get(), entry));
    }
  }

  @Override
  public Set<SecretQuery> cachedQueries(SecretName plainName) {
    return local.cachedQueries(plainName);
  }

  @Override
  public void evict(SecretQuery query) {
    var at = means.clock().instant();
    seen.revoked(query, at);
    local.evict(query);
    tell(query.name().plain(), keys -> shared.revoke(keys, query, at));
  }

  @Override
  public void evictAll(SecretName plainName) {
    var at = means.clock().instant();
    seen.gone(plainName, at);
    local.evictAll(plainName);
    tell(plainName, keys -> shared.revokeAll(keys, plainName, at));
  }

  private void tell(SecretName plainName, Function<PartitionKeys, Told> telling) {
    partitions.present().ifPresent(keys -> revocations.tell(plainName, () -> telling.apply(keys)));
  }

  @Override
  public Occupancy occupancy() {
    return local.occupancy();
  }

  /**
   * Ends the connections; what was to be told to others and is not yet, is not told any more. What
   * is under way ends as if the store did not answer, and the copies go on standing for themselves.
   */
  @Override
  public void close() {
    closed = true;
    feed.close();
    store.close();
  }
}
