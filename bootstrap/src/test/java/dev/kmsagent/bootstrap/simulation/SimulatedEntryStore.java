package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The connections of one agent to a simulated Redis. A command may take effect after its timeout.
 */
final class SimulatedEntryStore implements EntryStore {
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  private final SimulatedRedis redis;
  private final RedisLink link;
  private final AgentProcess process;
  private final Traffic traffic;

  /** Is told of what passes. */
  interface Traffic {
    /** An entry was sent to Redis and kept. */
    void kept(EntryKey key, Envelope entry);

    /** A tombstone was sent to Redis and took effect. */
    void revoked(EntryKey key, Envelope tombstone, RevokeCondition condition);

    /** Redis makes up an answer; gives what happens when that reaches the agent. */
    Runnable answered(EntryKey key, StoredEntries stored);
  }

  SimulatedEntryStore(SimulatedRedis redis, RedisLink link, AgentProcess process, Traffic traffic) {
    this.redis = redis;
    this.link = link;
    this.process = process;
    this.traffic = traffic;
  }

  private <T> CompletionStage<StoreResult<T>> exchange(Function<StoreModel, T> command) {
    return exchange(command, _ -> () -> {});
  }

  /** Each exchange has a thread. */
  private <T> CompletionStage<StoreResult<T>> exchange(
      Function<StoreModel, T> command, Function<T, Runnable> received) {
    var result = new CompletableFuture<StoreResult<T>>();
    process.execute(() -> send(command, received, result));
    return result;
  }

  private <T> void send(
      Function<StoreModel, T> command,
      Function<T, Runnable> received,
      CompletableFuture<StoreResult<T>> result) {
    var timer = process.schedule(TIMEOUT, () -> result.complete(failed(Cause.TIMEOUT)));
    var _ = result.whenComplete((_, _) -> timer.cancel());
    link.toRedis(() -> arrive(command, received, result));
  }

  private <T> void arrive(
      Function<StoreModel, T> command,
      Function<T, Runnable> received,
      CompletableFuture<StoreResult<T>> result) {
    if (!redis.isUp()) {
      link.toAgent(process, () -> result.complete(failed(Cause.UNREACHABLE)));
      return;
    }
    var answer = redis.perform(() -> command.apply(redis.store()));
    var reaction = received.apply(answer);
    link.toAgent(
        process,
        () -> {
          if (!result.isDone()) {
            reaction.run();
          }
          result.complete(answered(answer));
        });
  }

  private static <T> StoreResult<T> answered(T answer) {
    return new StoreResult.Answered<>(answer);
  }

  private static <T> StoreResult<T> failed(Cause cause) {
    return new StoreResult.Failed<>(new Failed(cause, "It is to fail."));
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange(store -> store.read(key), stored -> traffic.answered(key, stored));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(
        store -> {
          var written = store.write(key, entry, life);
          if (written == Written.KEPT) {
            traffic.kept(key, entry);
          }
          return written;
        });
  }

  @Override
  public CompletionStage<StoreResult<Done>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return exchange(
        store -> {
          var done = store.revoke(key, tombstone, life, condition);
          traffic.revoked(key, tombstone, condition);
          return done;
        });
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return exchange(store -> store.discard(key, unreadable));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return exchange(
        store -> store.claim(key, holder, life), claim -> traffic.answered(key, claim.stored()));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return exchange(store -> store.release(key, holder));
  }

  @Override
  public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
    return exchange(
        store -> {
          var _ = store.read(key);
          return Done.DONE;
        });
  }

  @Override
  public void close() {}
}
