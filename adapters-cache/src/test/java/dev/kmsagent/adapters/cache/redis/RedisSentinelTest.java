package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisStores.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisStores.failure;
import static dev.kmsagent.adapters.cache.redis.RedisStores.isAnswered;
import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A sentinel that is lost, hangs, or comes later. The tests take turns on it and its server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisSentinelTest {
  private final RedisProcess redis = RedisProcess.start();
  private final RedisProcess sentinel = RedisSentinels.sentinel(redis);

  @AfterEach
  void assertNoConnectionIsLeft() {
    assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
  }

  @AfterAll
  void end() {
    sentinel.close();
    redis.close();
  }

  private static boolean isListenedTo(RedisProcess sentinel) {
    return sentinel.command("CLIENT", "LIST").contains("sub=1");
  }

  private static boolean isThereAListener(RedisProcess sentinel) {
    var name = "SentinelListener-[127.0.0.1:%d]".formatted(sentinel.port());
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().endsWith(name));
  }

  private static EntryStore store(RedisProcess sentinel) {
    return RedisStores.open(RedisConfigs.settings(RedisConfigs.sentinel(sentinel.port())));
  }

  /** It has one of its own: a client that is closed while it opens may go on listening. */
  @Test
  void it_is_listened_to_until_the_end() {
    try (var own = RedisSentinels.sentinel(redis)) {
      try (var store = store(own)) {
        assertThat(isAnswered(store)).isTrue();
        assertSoon(() -> isListenedTo(own) && isThereAListener(own));
      }
      assertSoon(() -> !isListenedTo(own) && !isThereAListener(own));
    }
  }

  @Test
  void the_primary_is_used_although_it_is_gone() {
    try (var store = store(sentinel)) {
      assertThat(isAnswered(store)).isTrue();
      sentinel.kill();
      assertThat(isAnswered(store)).isTrue();
    } finally {
      sentinel.restart();
    }
  }

  @Test
  void one_that_comes_later_is_asked_then() {
    sentinel.kill();
    try (var store = store(sentinel)) {
      assertThat(failure(store.read(KEY))).isEqualTo(Cause.UNREACHABLE);
      sentinel.restart();
      assertSoon(() -> isAnswered(store));
    }
  }

  @Test
  void a_client_that_is_opened_too_late_is_closed_again() {
    sentinel.pause();
    var store = store(sentinel);
    var read = store.read(KEY);
    store.close();
    sentinel.resume();
    assertThat(result(read)).isInstanceOf(StoreResult.Failed.class);
  }

  /**
   * They are asked for the primary before the first connection is made. One after the other they
   * would wait for minutes, longer than the test may take. Jedis says of sentinels that do not
   * answer that they are down.
   */
  @Test
  void those_that_hang_cost_nobody_more_than_the_timeout_however_many_wait() {
    var twice =
        List.of(
            new Address("127.0.0.1", sentinel.port()), new Address("localhost", sentinel.port()));
    var servers = new Servers.Sentinel(RedisSentinels.MASTER, twice);
    try (var hasty = RedisStores.open(RedisConfigs.settings(servers, Duration.ofMillis(300)))) {
      sentinel.pause();
      var reads = Stream.generate(() -> hasty.read(KEY)).limit(1000).toList();
      assertThat(reads.stream().map(RedisStores::failure))
          .isSubsetOf(Cause.TIMEOUT, Cause.UNREACHABLE)
          .contains(Cause.TIMEOUT);
      sentinel.resume();
      assertSoon(() -> isAnswered(hasty));
    }
  }
}
