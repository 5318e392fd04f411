package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisConfigs.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.failure;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.isAnswered;
import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real servers behind a sentinel, of which one is lost. */
class RedisSentinelTest {
  private static final Duration LIFE = Duration.ofMinutes(1);

  @Nested
  class Behind_a_sentinel {
    @AutoClose private final RedisSentinels servers = RedisSentinels.start();

    @AutoClose
    private final EntryStore store =
        RedisConfigs.open(
            RedisConfigs.settings(
                RedisConfigs.sentinel(servers.sentinel().port()), Duration.ofSeconds(1)));

    private final AtomicInteger written = new AtomicInteger();

    private boolean isUsed(RedisProcess server) {
      var entry = EntryStoreContract.entry(written.incrementAndGet());
      var _ = result(store.write(KEY, entry, LIFE));
      return server
          .command("HGET", KEY.hash(), KEY.field())
          .equals(new String(entry.bytes(), ISO_8859_1));
    }

    /**
     * What the old primary takes is lost. Connections to the new one are cut when it becomes it.
     */
    private void assertReplicaIsUsed() {
      var port = Integer.toString(servers.replica().port());
      assertSoon(() -> primaryBySentinel().contains(port));
      assertSoon(() -> isUsed(servers.replica()));
    }

    private String primaryBySentinel() {
      return servers
          .sentinel()
          .command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisSentinels.MASTER);
    }

    static Stream<Named<Consumer<RedisSentinels>>> failures() {
      return Stream.of(
          Named.of("failed over", RedisSentinels::failOver),
          Named.of("killed", RedisSentinels::killPrimary),
          Named.of("held still", RedisSentinels::pausePrimary));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void the_replica_is_used_after_the_primary_was(Consumer<RedisSentinels> failure) {
      assertSoon(() -> isUsed(servers.primary()));
      failure.accept(servers);
      assertReplicaIsUsed();
    }
  }

  /** A sentinel that is lost, hangs, or comes later. The tests take turns on it and its server. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class A_sentinel {
    @AutoClose private final RedisProcess redis = RedisProcess.start();
    @AutoClose private final RedisProcess sentinel = RedisSentinels.sentinel(redis);

    @AfterEach
    void assertNoConnectionIsLeft() {
      assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
    }

    private static boolean isListenedTo(RedisProcess sentinel) {
      return sentinel.command("CLIENT", "LIST").contains("sub=1");
    }

    private static boolean isThereAListener(RedisProcess sentinel) {
      var name = "SentinelListener-[127.0.0.1:%d]".formatted(sentinel.port());
      return Thread.getAllStackTraces().keySet().stream()
          .anyMatch(thread -> thread.getName().endsWith(name));
    }

    private static EntryStore patient(RedisProcess sentinel) {
      return RedisConfigs.open(RedisConfigs.settings(RedisConfigs.sentinel(sentinel.port())));
    }

    /** It has one of its own: a client that is closed while it opens may go on listening. */
    @Test
    void it_is_listened_to_until_the_end() {
      try (var own = RedisSentinels.sentinel(redis)) {
        try (var store = patient(own)) {
          assertThat(isAnswered(store)).isTrue();
          assertSoon(() -> isListenedTo(own) && isThereAListener(own));
        }
        assertSoon(() -> !isListenedTo(own) && !isThereAListener(own));
      }
    }

    @Test
    void the_primary_is_used_although_it_is_gone() {
      try (var store = patient(sentinel)) {
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
      try (var store = patient(sentinel)) {
        assertThat(failure(store.read(KEY))).isEqualTo(Cause.UNREACHABLE);
        sentinel.restart();
        assertSoon(() -> isAnswered(store));
      }
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
      try (var hasty = RedisConfigs.open(RedisConfigs.settings(servers, Duration.ofMillis(300)))) {
        sentinel.pause();
        var reads = Stream.generate(() -> hasty.read(KEY)).limit(1000).toList();
        assertThat(reads.stream().map(RedisConfigs::failure))
            .isSubsetOf(Cause.TIMEOUT, Cause.UNREACHABLE)
            .contains(Cause.TIMEOUT);
        sentinel.resume();
        assertSoon(() -> isAnswered(hasty));
      }
    }
  }
}
