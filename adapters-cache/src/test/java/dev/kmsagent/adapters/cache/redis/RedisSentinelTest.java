package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A sentinel that is lost, hangs, or comes later. The tests take turns on it and its server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisSentinelTest {
  private static final EntryKey KEY = new EntryKey("p:c2:{a}", "field", "p:l2:{a}field");

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final RedisProcess redis = RedisProcess.start();
  private final RedisProcess sentinel = RedisSentinels.sentinel(redis);

  @AfterEach
  void assertNoConnectionIsLeft() {
    assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
  }

  @AfterAll
  void end() {
    executor.close();
    sentinel.close();
    redis.close();
  }

  private boolean isListenedTo() {
    return sentinel.command("CLIENT", "LIST").contains("sub=1");
  }

  private boolean isThereAListener() {
    var name = "SentinelListener-[127.0.0.1:%d]".formatted(sentinel.port());
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().endsWith(name));
  }

  private EntryStore store() {
    return store(RedisConfigs.sentinel(sentinel.port()), RedisConfigs.TIMEOUT);
  }

  private EntryStore store(Servers servers, Duration timeout) {
    var settings = RedisConfigs.settings(servers, timeout);
    return new RedisEntryStore(settings, Clocks.of(InstantSource.system()), executor);
  }

  private static boolean isAnswered(EntryStore store) {
    return result(store.read(KEY)) instanceof StoreResult.Answered;
  }

  @Test
  void it_is_listened_to_until_the_end() {
    try (var store = store()) {
      assertThat(isAnswered(store)).isTrue();
      assertSoon(() -> isListenedTo() && isThereAListener());
    }
    assertSoon(() -> !isListenedTo() && !isThereAListener());
  }

  @Test
  void the_primary_is_used_although_it_is_gone() {
    try (var store = store()) {
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
    try (var store = store()) {
      assertThat(cause(result(store.read(KEY)))).isEqualTo(Cause.UNREACHABLE);
      sentinel.restart();
      assertSoon(() -> isAnswered(store));
    }
  }

  @Test
  void a_client_that_is_opened_too_late_is_closed_again() {
    sentinel.pause();
    var store = store();
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
    try (var hasty =
        store(new Servers.Sentinel(RedisSentinels.MASTER, twice), Duration.ofMillis(300))) {
      sentinel.pause();
      var reads = Stream.generate(() -> hasty.read(KEY)).limit(1000).toList();
      assertThat(reads.stream().map(RedisSentinelTest::cause))
          .isSubsetOf(Cause.TIMEOUT, Cause.UNREACHABLE)
          .contains(Cause.TIMEOUT);
      sentinel.resume();
      assertSoon(() -> isAnswered(hasty));
    }
  }

  private static Cause cause(CompletionStage<StoreResult<StoredEntries>> read) {
    return cause(result(read));
  }

  private static Cause cause(StoreResult<?> result) {
    return ((StoreResult.Failed<?>) result).failure().cause();
  }
}
