package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.time.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Entries in Redis 6.2 or later, standalone, behind sentinels or as a cluster, over Jedis. It
 * connects with the first exchange, and whenever it has no connection. Each exchange blocks a
 * thread of the executor. Thread-safe.
 */
public final class RedisEntryStore implements EntryStore {
  /** The exchanges under way, each with a virtual thread; only those with a connection read. */
  static final int MOST_EXCHANGES = 1000;

  /** As much as KMS tolerates: an agent whose clock is further off cannot read secrets at all. */
  private static final Duration TOLERANCE = Duration.ofMinutes(15);

  private static final SharedCacheOutcome.Failed CLOCKS_DIFFER =
      new SharedCacheOutcome.Failed(
          Cause.CLOCK, "The clocks of Redis and of this agent differ too much.");

  private final LazyClient client;
  private final Semaphore exchanges = new Semaphore(MOST_EXCHANGES);
  private final Clocks clocks;
  private final Executor executor;

  /**
   * @param executor for exchanges, which block: virtual threads
   */
  public RedisEntryStore(RedisConfig config, Clocks clocks, Executor executor) {
    var clients = new RedisClients(config, clocks);
    this.client = new LazyClient(clients::open, executor, config.timeout());
    this.clocks = clocks;
    this.executor = executor;
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange(
        Script.READ, hash(key), List.of(bytes(key.field())), answer -> stored(answer, 0));
  }

  private static StoredEntries stored(List<?> answer, int first) {
    return new StoredEntries(envelope(answer.get(first)), envelope(answer.get(first + 1)));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    var arguments = List.of(bytes(key.field()), entry.bytes(), millis(life));
    return exchange(Script.WRITE, hash(key), arguments, answer -> named(Written.class, answer));
  }

  /** The result that a script names. */
  private static <E extends Enum<E>> E named(Class<E> results, List<?> answer) {
    return Enum.valueOf(results, new String((byte[]) answer.getFirst(), UTF_8));
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    var mustBeStored = bytes(condition == RevokeCondition.IF_STORED ? "1" : "0");
    var arguments = List.of(bytes(key.field()), tombstone.bytes(), millis(life), mustBeStored);
    return exchange(Script.REVOKE, hash(key), arguments, answer -> named(Revoked.class, answer));
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    var arguments = List.of(bytes(key.field()), unreadable.bytes());
    return exchange(Script.DISCARD, hash(key), arguments, _ -> Done.DONE);
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    var arguments = List.of(bytes(key.field()), bytes(holder), millis(life));
    return exchange(
        Script.CLAIM,
        hashAndLease(key),
        arguments,
        answer -> new Claim(answer.getFirst().equals(1L), stored(answer, 1)));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return exchange(Script.RELEASE, hashAndLease(key), List.of(bytes(holder)), _ -> Done.DONE);
  }

  private static List<byte[]> hash(EntryKey key) {
    return List.of(bytes(key.hash()));
  }

  private static List<byte[]> hashAndLease(EntryKey key) {
    return List.of(bytes(key.hash()), bytes(key.lease()));
  }

  private <T> CompletionStage<StoreResult<T>> exchange(
      Script script, List<byte[]> keys, List<byte[]> arguments, Function<List<?>, T> meaning) {
    if (!exchanges.tryAcquire()) {
      return CompletableFuture.completedStage(new StoreResult.Skipped<>());
    }
    try {
      return CompletableFuture.supplyAsync(
              () -> call(redis -> script.run(redis, keys, arguments), meaning), executor)
          .whenComplete((_, _) -> exchanges.release());
    } catch (RejectedExecutionException stopping) {
      exchanges.release();
      return CompletableFuture.completedStage(failed(stopping));
    }
  }

  /** Whoever set the clock of Redis far back could have old entries pass for new ones. */
  private <T> StoreResult<T> call(
      Function<UnifiedJedis, List<?>> command, Function<List<?>, T> meaning) {
    try {
      var answer = apply(command, client());
      var value = meaning.apply(answer);
      var at = Instant.EPOCH.plus((Long) answer.getLast(), ChronoUnit.MICROS);
      var difference = Duration.between(clocks.wall().instant(), at).abs();
      return difference.compareTo(TOLERANCE) > 0
          ? new StoreResult.Failed<>(CLOCKS_DIFFER)
          : new StoreResult.Answered<>(value, at);
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  /**
   * A pooled connection may have died since its last use; every command may be repeated. Jedis
   * repeats those of a cluster, but goes on with a node that does not answer in time: then the
   * nodes are looked up meanwhile, and again after the next failure if that fails.
   */
  private <T> T apply(Function<UnifiedJedis, T> command, UnifiedJedis redis) {
    try {
      return command.apply(redis);
    } catch (JedisClusterOperationException failed) {
      var _ = CompletableFuture.runAsync(() -> RedisClients.renew(redis), executor);
      throw failed;
    } catch (JedisException broken) {
      if (!RedisFailures.isBrokenConnection(broken)) {
        throw broken;
      }
      RedisClients.renew(redis);
      return command.apply(redis);
    }
  }

  /** Where a reply has another type than its command, Jedis or this class fails to convert it. */
  private static <T> StoreResult<T> failed(RuntimeException failure) {
    return new StoreResult.Failed<>(RedisFailures.of(failure));
  }

  /**
   * The client; waits for the first connection.
   *
   * @throws JedisException when there is none
   */
  UnifiedJedis client() {
    return client.get();
  }

  @Override
  public void close() {
    client.close();
  }

  private static Optional<Envelope> envelope(@Nullable Object bytes) {
    return Optional.ofNullable(bytes).map(found -> new Envelope((byte[]) found));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] millis(Duration life) {
    return bytes(Long.toString(Math.max(1, life.toMillis())));
  }
}
