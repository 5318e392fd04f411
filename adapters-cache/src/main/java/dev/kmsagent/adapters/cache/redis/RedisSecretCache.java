package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.SharedEntries.Told;
import dev.kmsagent.adapters.cache.redis.store.Background;
import dev.kmsagent.adapters.cache.redis.store.ChangeFeed;
import dev.kmsagent.adapters.cache.redis.store.EntryStore;
import dev.kmsagent.adapters.cache.seal.SealingKey;
import dev.kmsagent.adapters.cache.seal.Slot;
import dev.kmsagent.adapters.cache.seal.Vault;
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
public final class RedisSecretCache implements SecretCache, AutoCloseable {
  private final SecretCache local;
  private final EntryStore store;
  private final ChangeFeed feed;
  private final Means means;
  private final Duration ttl;
  private final Slot greeting;
  private final Partitions partitions;
  private final Seen seen = new Seen();
  private final Watch watch;
  private final Copies copies;
  private final SharedEntries shared;
  private final Errands errands;
  private final Revocations revocations;
  private final Waiting waiting;
  private final Recalls recalls;
  private final Turns turns;
  private final Rechecks rechecks;
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
      NamePrincipal identity, Gateway gateway, List<SealingKey> sealingKeys, String prefix) {
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

  public RedisSecretCache(Local local, Remote remote, Circle circle, Reading reading, Means means) {
    this.local = local.tier();
    this.store = remote.store();
    this.feed = remote.feed();
    this.means = means;
    this.ttl = reading.policy().ttl();
    this.greeting = Vault.greeting(circle.prefix());
    this.partitions =
        new Partitions(circle.identity(), circle.gateway(), circle.sealingKeys(), circle.prefix());
    this.watch = new Watch(store, means.events());
    this.copies =
        new Copies(
            this.local, watch, new Copies.Life(means.clock(), local.unwatchedLife(), local.most()));
    this.shared = new SharedEntries(store, reading, seen, means.clock(), means.events());
    this.errands = new Errands(means.executor());
    var background = new Background(means.executor(), means.scheduler());
    this.revocations = new Revocations(store, errands, background);
    this.waiting = new Waiting(means.clock(), background);
    this.recalls = new Recalls(shared, copies, errands, waiting);
    this.turns = new Turns(store, shared, recalls, watch, errands, waiting, this::name);
    this.rechecks = new Rechecks(partitions, copies, recalls, turns, watch, means.executor());
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
        vaults -> recalls.findShared(query, vaults, deadline),
        known -> known.flatMap(vaults -> copies.any(query, vaults)));
  }

  /** Without a TTL nobody has anything fresh for another. */
  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    return ttl.isZero()
        ? CompletableFuture.completedStage(Turns.ALONE)
        : shared(
            deadline,
            vaults -> turns.requestLead(query, vaults, readAfter, deadline),
            _ -> Turns.ALONE);
  }

  /**
   * Asks the store as the principal, as soon as it is confirmed and unless the store is not asked,
   * or not any more.
   */
  private <T> CompletionStage<T> shared(
      Instant deadline,
      Function<Vaults, CompletableFuture<T>> question,
      Function<Optional<Vaults>, T> otherwise) {
    if (closed || watch.coherence() == Coherence.DISCONNECTED) {
      return CompletableFuture.completedStage(otherwise.apply(partitions.present()));
    }
    var known = partitions.confirmed().toCompletableFuture().copy();
    if (!known.isDone()) {
      waiting.at(deadline, known, () -> known.complete(Optional.empty()));
    }
    return known.thenCompose(
        vaults ->
            vaults
                .map(question)
                .orElseGet(() -> CompletableFuture.completedFuture(otherwise.apply(vaults))));
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    var owner = partitions.present();
    if (owner.isEmpty()) {
      copies.keepUnseen(query, entry);
    } else {
      seen.read(query, entry.readAt(), means.clock().instant());
      copies.keep(query, entry, owner.get());
      errands.add(query.name().plain(), () -> recalls.offer(query, owner.get(), entry));
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
    tell(query.name().plain(), vaults -> shared.revoke(vaults, query, at));
  }

  @Override
  public void evictAll(SecretName plainName) {
    var at = means.clock().instant();
    seen.gone(plainName, at);
    local.evictAll(plainName);
    tell(plainName, vaults -> shared.revokeAll(vaults, plainName, at));
  }

  private void tell(SecretName plainName, Function<Vaults, Told> telling) {
    partitions
        .present()
        .ifPresent(vaults -> revocations.tell(plainName, () -> telling.apply(vaults)));
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
