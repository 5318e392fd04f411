package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreResult;
import dev.kmsagent.adapters.cache.shared.StoredEntries;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Entries in Redis 6.2 or later, standalone, behind sentinels or as a cluster, over Jedis. It
 * connects when it is first asked, and whenever it has no connection. Thread-safe.
 */
public final class RedisEntryStore implements EntryStore {
  private final LazyClient client;
  private final InstantSource clock;

  /**
   * @param executor for a task that waits: virtual threads
   */
  public RedisEntryStore(RedisSettings settings, InstantSource clock, Executor executor) {
    var clients = new RedisClients(settings);
    this.client = new LazyClient(clients::open, executor, settings.timeout());
    this.clock = clock;
  }

  @Override
  public StoreResult<StoredEntries> read(EntryKey key) {
    return exchange(
        redis -> stored(redis.hmget(bytes(key.hash()), bytes(key.field()), bytes(EntryKey.GONE))));
  }

  private static StoredEntries stored(List<byte[]> fields) {
    return new StoredEntries(envelope(fields.get(0)), envelope(fields.get(1)));
  }

  @Override
  public StoreResult<Written> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(redis -> written(put(Script.WRITE, redis, key, entry, life)));
  }

  private static Written written(Object answer) {
    return answer.equals(1L) ? Written.KEPT : Written.OUTDATED;
  }

  @Override
  public StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life) {
    return done(redis -> put(Script.REVOKE, redis, key, revocation, life));
  }

  private Object put(
      Script script, UnifiedJedis redis, EntryKey key, Envelope envelope, Duration life) {
    var arguments =
        List.of(bytes(key.field()), envelope.bytes(), millis(life), micros(clock.instant()));
    return script.run(redis, List.of(bytes(key.hash())), arguments);
  }

  @Override
  public StoreResult<Done> discard(EntryKey key, Envelope unreadable) {
    var arguments = List.of(bytes(key.field()), unreadable.bytes());
    return done(redis -> Script.DISCARD.run(redis, List.of(bytes(key.hash())), arguments));
  }

  @Override
  public StoreResult<Claim> claim(EntryKey key, String holder, Duration life) {
    var keys = List.of(bytes(key.hash()), bytes(key.lease()));
    var arguments = List.of(bytes(key.field()), bytes(holder), millis(life));
    return exchange(redis -> claim((List<?>) Script.CLAIM.run(redis, keys, arguments)));
  }

  private static Claim claim(List<?> answer) {
    return new Claim(
        answer.get(0).equals(1L),
        new StoredEntries(envelope((byte[]) answer.get(1)), envelope((byte[]) answer.get(2))));
  }

  @Override
  public StoreResult<Done> release(EntryKey key, String holder) {
    return done(
        redis -> Script.RELEASE.run(redis, List.of(bytes(key.lease())), List.of(bytes(holder))));
  }

  @Override
  public StoreResult<Done> ping(EntryKey key) {
    var keys = List.of(bytes(key.hash()), bytes(key.lease()));
    return done(redis -> Script.PING.run(redis, keys, List.of()));
  }

  /** Always. */
  @Override
  public boolean isAsked() {
    return true;
  }

  @Override
  public void watch(Runnable listener) {}

  private StoreResult<Done> done(Function<UnifiedJedis, ?> command) {
    return exchange(
        redis -> {
          var _ = command.apply(redis);
          return Done.DONE;
        });
  }

  /** A connection of the pool may have died since; what is asked may be repeated. */
  private <T> StoreResult<T> exchange(Function<UnifiedJedis, T> command) {
    try {
      var redis = client();
      try {
        return new StoreResult.Given<>(command.apply(redis));
      } catch (JedisException broken) {
        if (!RedisFailures.isBrokenConnection(broken)) {
          throw broken;
        }
        RedisClients.dropIdle(redis);
        return new StoreResult.Given<>(command.apply(redis));
      }
    } catch (JedisException failure) {
      return new StoreResult.Failed<>(RedisFailures.of(failure));
    }
  }

  /**
   * The connections.
   *
   * @throws JedisException when there are none
   */
  UnifiedJedis client() {
    return client.get();
  }

  @Override
  public void close() {
    client.close();
  }

  private static @Nullable Envelope envelope(byte @Nullable [] bytes) {
    return bytes == null ? null : Envelope.of(bytes);
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
