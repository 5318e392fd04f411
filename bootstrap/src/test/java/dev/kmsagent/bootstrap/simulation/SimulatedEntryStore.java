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
  private final SimulatedProcess process;
  private final Traffic traffic;

  /** Is told of what passes. */
  interface Traffic {
    /** An entry was sent to Redis and kept. */
    void kept(EntryKey key, Envelope entry);

    /** A tombstone is to be written. */
    void revoking(EntryKey key, Envelope tombstone, RevokeCondition condition);

    /** Redis has carried out what a tombstone was sent for. */
    void revoked(EntryKey key, Envelope tombstone);

    /** Redis makes up an answer; gives what happens when that reaches the agent. */
    Runnable answered(EntryKey key, StoredEntries stored);
  }

  SimulatedEntryStore(
      SimulatedRedis redis, RedisLink link, SimulatedProcess process, Traffic traffic) {
    this.redis = redis;
    this.link = link;
    this.process = process;
    this.traffic = traffic;
  }

  /** Each exchange has a thread. */
  private <T> CompletionStage<StoreResult<T>> exchange(
      Kind kind, Function<StoreModel, T> command, Function<T, Runnable> received) {
    var exchange = new Exchange<>(kind, command, received);
    process.execute(exchange::send);
    return exchange.result;
  }

  private <T> CompletionStage<StoreResult<T>> exchange(Kind kind, Function<StoreModel, T> command) {
    return exchange(kind, command, _ -> () -> {});
  }

  private enum Kind {
    /** Needs no memory. */
    SIMPLE,
    /** Fails in a server that is full. */
    STORING
  }

  /** One command and its reply. The agent gives up after a while, and the command does not know. */
  private final class Exchange<T> {
    private final Kind kind;
    private final Function<StoreModel, T> command;
    private final Function<T, Runnable> received;
    private final CompletableFuture<StoreResult<T>> result = new CompletableFuture<>();

    /**
     * @param received gives what happens when an answer reaches the agent
     */
    Exchange(Kind kind, Function<StoreModel, T> command, Function<T, Runnable> received) {
      this.kind = kind;
      this.command = command;
      this.received = received;
    }

    void send() {
      var timer = process.schedule(TIMEOUT, () -> result.complete(failed(Cause.TIMEOUT)));
      var _ = result.whenComplete((_, _) -> timer.cancel());
      link.toRedis(this::arrive);
    }

    private void arrive() {
      if (!redis.isUp()) {
        reply(failed(Cause.UNREACHABLE), () -> {});
      } else if (kind == Kind.STORING && redis.isFull()) {
        reply(failed(Cause.FULL), () -> {});
      } else {
        perform();
      }
    }

    /** At times the connection breaks after a command, which is then repeated. */
    private void perform() {
      try {
        var answer = redis.perform(() -> command.apply(redis.store()));
        if (link.isBreaking()) {
          link.toRedis(this::arrive);
        } else {
          reply(new StoreResult.Answered<>(answer, redis.clock()), received.apply(answer));
        }
      } catch (StoreModel.AheadException _) {
        reply(failed(Cause.CLOCK), () -> {});
      }
    }

    private void reply(StoreResult<T> reply, Runnable reaction) {
      link.toAgent(
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
    return exchange(Kind.SIMPLE, store -> store.read(key), stored -> traffic.answered(key, stored));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(
        Kind.STORING,
        store -> {
          var written = store.write(key, entry, life);
          if (written == Written.KEPT) {
            traffic.kept(key, entry);
          }
          return written;
        });
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    traffic.revoking(key, tombstone, condition);
    return exchange(
        Kind.STORING,
        store -> {
          var revoked = store.revoke(key, tombstone, life, condition);
          if (revoked == Revoked.STORED) {
            traffic.revoked(key, tombstone);
          }
          return revoked;
        });
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return exchange(Kind.SIMPLE, store -> store.discard(key, unreadable));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return exchange(
        Kind.STORING,
        store -> store.claim(key, holder, life),
        claim -> traffic.answered(key, claim.stored()));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return exchange(Kind.SIMPLE, store -> store.release(key, holder));
  }

  @Override
  public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
    return exchange(
        Kind.SIMPLE,
        store -> {
          var _ = store.read(key);
          return Done.DONE;
        });
  }

  @Override
  public void close() {}
}
