package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Entries in Redis 6.2 or later, standalone, behind sentinels or as a cluster, over Jedis. It
 * connects with the first exchange, and whenever it has no connection. Each exchange blocks a
 * thread of the executor. Thread-safe.
 */
public final class RedisEntryStore implements EntryStore {
  /** The exchanges under way, each with a virtual thread; only those with a connection read. */
  static final int MOST_EXCHANGES = 1000;

  private final RedisClients clients;
  private final LazyClient client;
  private final Semaphore exchanges = new Semaphore(MOST_EXCHANGES);
  private final Clocks clocks;
  private final Executor executor;

  /**
   * @param executor for exchanges, which block: virtual threads
   */
  public RedisEntryStore(RedisConfig config, Clocks clocks, Executor executor) {
    this.clients = new RedisClients(config, clocks);
    this.client = new LazyClient(clients::open, executor, config.limits().timeout());
    this.clocks = clocks;
    this.executor = executor;
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange(redis -> read(redis, key));
  }

  /** The script deletes values that are too large; without them it is a simple command. */
  private static StoredEntries read(UnifiedJedis redis, EntryKey key) {
    var hash = bytes(key.hash());
    try {
      return stored(redis.hmget(hash, bytes(key.field()), bytes(EntryKey.GONE)));
    } catch (JedisConnectionException failure) {
      if (!RedisFailures.isUnacceptableReply(failure)) {
        throw failure;
      }
      return stored((List<?>) Script.READ.run(redis, List.of(hash), List.of(bytes(key.field()))));
    }
  }

  private static StoredEntries stored(List<?> fields) {
    return new StoredEntries(envelope(fields.get(0)), envelope(fields.get(1)));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(redis -> written(put(Script.WRITE, redis, key, entry, life)));
  }

  private static Written written(Object answer) {
    return answer.equals(1L) ? Written.KEPT : Written.OUTDATED;
  }

  @Override
  public CompletionStage<StoreResult<Done>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    var mustBeStored =
        switch (condition) {
          case ALWAYS -> "0";
          case IF_STORED -> "1";
        };
    return done(redis -> put(Script.REVOKE, redis, key, tombstone, life, bytes(mustBeStored)));
  }

  private Object put(
      Script script,
      UnifiedJedis redis,
      EntryKey key,
      Envelope envelope,
      Duration life,
      byte[]... more) {
    var arguments = new ArrayList<byte[]>();
    arguments.addAll(
        List.of(
            bytes(key.field()), envelope.bytes(), millis(life), micros(clocks.wall().instant())));
    arguments.addAll(List.of(more));
    return script.run(redis, List.of(bytes(key.hash())), arguments);
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    var arguments = List.of(bytes(key.field()), unreadable.bytes());
    return done(redis -> Script.DISCARD.run(redis, List.of(bytes(key.hash())), arguments));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    var keys = List.of(bytes(key.hash()), bytes(key.lease()));
    var arguments = List.of(bytes(key.field()), bytes(holder), millis(life));
    return exchange(redis -> claim((List<?>) Script.CLAIM.run(redis, keys, arguments)));
  }

  private static Claim claim(List<?> answer) {
    return new Claim(
        answer.get(0).equals(1L),
        new StoredEntries(envelope(answer.get(1)), envelope(answer.get(2))));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return done(
        redis -> Script.RELEASE.run(redis, List.of(bytes(key.lease())), List.of(bytes(holder))));
  }

  @Override
  public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
    var keys = List.of(bytes(key.hash()), bytes(key.lease()));
    return done(redis -> Script.PING.run(redis, keys, List.of()));
  }

  private CompletionStage<StoreResult<Done>> done(Function<UnifiedJedis, ?> command) {
    return exchange(
        redis -> {
          var _ = command.apply(redis);
          return Done.DONE;
        });
  }

  /** An executor that rejects the exchange belongs to an agent that stops. */
  private <T> CompletionStage<StoreResult<T>> exchange(Function<UnifiedJedis, T> command) {
    if (!exchanges.tryAcquire()) {
      return CompletableFuture.completedStage(new StoreResult.Skipped<>());
    }
    try {
      return CompletableFuture.supplyAsync(() -> call(command), executor)
          .whenComplete((_, _) -> exchanges.release());
    } catch (RejectedExecutionException stopping) {
      exchanges.release();
      return CompletableFuture.completedStage(
          failed(new JedisConnectionException("not started", stopping)));
    }
  }

  private <T> StoreResult<T> call(Function<UnifiedJedis, T> command) {
    try {
      return new StoreResult.Answered<>(apply(command, client()));
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  /** A pooled connection may have died since its last use; every command may be repeated. */
  private static <T> T apply(Function<UnifiedJedis, T> command, UnifiedJedis redis) {
    try {
      return command.apply(redis);
    } catch (JedisException broken) {
      if (!RedisFailures.isBrokenConnection(broken)) {
        throw broken;
      }
      RedisClients.dropIdle(redis);
      return command.apply(redis);
    }
  }

  /** Where a reply has another type than its command, Jedis or this class fails to convert it. */
  private static <T> StoreResult<T> failed(RuntimeException failure) {
    return new StoreResult.Failed<>(RedisFailures.of(failure));
  }

  /** Makes further connections, which share the bounds of this store. */
  RedisClients clients() {
    return clients;
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

  private static @Nullable Envelope envelope(@Nullable Object bytes) {
    return bytes == null ? null : Envelope.of((byte[]) bytes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] millis(Duration life) {
    return bytes(Long.toString(Math.max(1, life.toMillis())));
  }

  private static byte[] micros(Instant instant) {
    return bytes(Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, instant)));
  }
}
