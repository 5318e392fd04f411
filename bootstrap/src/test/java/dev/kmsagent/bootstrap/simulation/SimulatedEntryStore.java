package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The connections of one agent to a simulated Redis. A command may take effect after its timeout.
 */
final class SimulatedEntryStore implements EntryStore {
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  private final SimulatedRedis redis;
  private final SimulatedProcess process;
  private final SharingAgent agent;
  private final RefusalInvariants invariants;

  /** That of the process that the agent runs now. */
  SimulatedEntryStore(Simulation simulation, SharingAgent agent) {
    this.redis = simulation.redis;
    this.process = agent.process;
    this.agent = agent;
    this.invariants = simulation.invariants.refusals;
  }

  private <T> CompletionStage<StoreResult<T>> exchange(
      boolean needsMemory, Function<StoreModel, CompletionStage<StoreResult<T>>> command) {
    return exchange(needsMemory, command, _ -> () -> {});
  }

  /**
   * Each exchange has a thread. The agent gives up after a while, and the command does not know.
   *
   * @param needsMemory whether it fails in a server that is full
   * @param received gives what happens when an answer reaches the agent
   */
  private <T> CompletionStage<StoreResult<T>> exchange(
      boolean needsMemory,
      Function<StoreModel, CompletionStage<StoreResult<T>>> command,
      Function<T, Runnable> received) {
    var result = new CompletableFuture<StoreResult<T>>();
    process.execute(
        () -> {
          var timer =
              process.schedule(
                  TIMEOUT, () -> result.complete(SimulatedRedis.failed(Cause.TIMEOUT)));
          var _ = result.whenComplete((_, _) -> timer.cancel());
          send(() -> redis.perform(needsMemory, command), received, result);
        });
    return result;
  }

  /** At times the connection breaks after a command, which is then repeated. */
  private <T> void send(
      Supplier<StoreResult<T>> command,
      Function<T, Runnable> received,
      CompletableFuture<StoreResult<T>> result) {
    agent.link.toRedis(
        () -> {
          var reply = command.get();
          if (reply instanceof StoreResult.Answered<T> && agent.link.isBreaking()) {
            send(command, received, result);
          } else {
            var reaction = reply.answered().map(received);
            agent.link.toAgent(process, () -> receive(reply, reaction, result));
          }
        });
  }

  private static <T> void receive(
      StoreResult<T> reply, Optional<Runnable> reaction, CompletableFuture<StoreResult<T>> result) {
    if (!result.isDone()) {
      reaction.ifPresent(Runnable::run);
      result.complete(reply);
    }
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange(false, store -> store.read(key), stored -> invariants.answered(agent, stored));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(
        true,
        store -> {
          var written = store.write(key, entry, life);
          var isKept = Optional.of(Written.KEPT);
          if (written.toCompletableFuture().resultNow().answered().equals(isKept)) {
            invariants.kept(agent, key, entry);
          }
          return written;
        });
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    invariants.revoking(agent, key, tombstone, condition);
    return exchange(
        true,
        store -> {
          var revoked = store.revoke(key, tombstone, life, condition);
          if (store.stored(key).filter(tombstone::equals).isPresent()) {
            invariants.revoked(tombstone);
          }
          return revoked;
        });
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return exchange(false, store -> store.discard(key, unreadable));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return exchange(
        true,
        store -> store.claim(key, holder, life),
        claim -> invariants.answered(agent, claim.stored()));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return exchange(false, store -> store.release(key, holder));
  }

  @Override
  public void close() {}
}
