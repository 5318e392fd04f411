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

  /**
   * Each exchange has a thread.
   *
   * @param needsMemory whether it fails in a server that is full
   */
  private <T> CompletionStage<StoreResult<T>> exchange(
      boolean needsMemory, Function<StoreModel, T> command, Function<T, Runnable> received) {
    var exchange = new Exchange<>(needsMemory, command, received);
    process.execute(exchange::send);
    return exchange.result;
  }

  private <T> CompletionStage<StoreResult<T>> exchange(
      boolean needsMemory, Function<StoreModel, T> command) {
    return exchange(needsMemory, command, _ -> () -> {});
  }

  /** One command and its reply. The agent gives up after a while, and the command does not know. */
  private final class Exchange<T> {
    private final boolean needsMemory;
    private final Function<StoreModel, T> command;
    private final Function<T, Runnable> received;
    private final CompletableFuture<StoreResult<T>> result = new CompletableFuture<>();

    /**
     * @param received gives what happens when an answer reaches the agent
     */
    Exchange(boolean needsMemory, Function<StoreModel, T> command, Function<T, Runnable> received) {
      this.needsMemory = needsMemory;
      this.command = command;
      this.received = received;
    }

    void send() {
      var timer = process.schedule(TIMEOUT, () -> result.complete(failed(Cause.TIMEOUT)));
      var _ = result.whenComplete((_, _) -> timer.cancel());
      agent.link.toRedis(this::arrive);
    }

    private void arrive() {
      if (!redis.isUp()) {
        reply(failed(Cause.UNREACHABLE), () -> {});
      } else if (needsMemory && redis.isFull()) {
        reply(failed(Cause.FULL), () -> {});
      } else {
        perform();
      }
    }

    /** At times the connection breaks after a command, which is then repeated. */
    private void perform() {
      try {
        var answer = redis.perform(() -> command.apply(redis.store));
        if (agent.link.isBreaking()) {
          agent.link.toRedis(this::arrive);
        } else {
          reply(new StoreResult.Answered<>(answer, redis.clock()), received.apply(answer));
        }
      } catch (StoreModel.AheadException _) {
        reply(failed(Cause.CLOCK), () -> {});
      }
    }

    private void reply(StoreResult<T> reply, Runnable reaction) {
      agent.link.toAgent(
          process,
          () -> {
            if (!result.isDone()) {
              reaction.run();
              result.complete(reply);
            }
          });
    }

    private StoreResult<T> failed(Cause cause) {
      return new StoreResult.Failed<>(new Failed(cause, "It is to fail."));
    }
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange(
        false, store -> store.read(key), stored -> invariants.answered(agent, key, stored));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(
        true,
        store -> {
          var written = store.write(key, entry, life);
          if (written == Written.KEPT) {
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
            invariants.revoked(key, tombstone);
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
        claim -> invariants.answered(agent, key, claim.stored()));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return exchange(false, store -> store.release(key, holder));
  }

  @Override
  public void close() {}
}
