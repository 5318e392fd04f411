package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisConfigs.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.failure;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.isAnswered;
import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Exchanges with a real Redis, and what they say when it does not do what it is asked. The tests
 * take turns on one server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisEntryStoreTest {
  private static final Envelope ENTRY = EntryStoreContract.entry(1);
  private static final Duration LIFE = Duration.ofMinutes(1);

  @AutoClose private final RedisProcess redis = RedisProcess.start();
  private EntryStore store;

  @BeforeEach
  void open() {
    store = RedisConfigs.open(RedisConfigs.standalone(redis.port()));
  }

  @AfterEach
  void close() {
    store.close();
    redis.reset();
  }

  private Servers standalone() {
    return new Servers.Standalone(new Address("127.0.0.1", redis.port()));
  }

  private static <T> void assertFails(CompletionStage<StoreResult<T>> exchange, Cause cause) {
    assertThat(failure(exchange)).isEqualTo(cause);
  }

  private static <T> void assertAnswered(CompletionStage<StoreResult<T>> exchange) {
    assertThat(result(exchange)).isInstanceOf(StoreResult.Answered.class);
  }

  @Nested
  class Keeps_the_contract implements EntryStoreContract {
    @Override
    public EntryStore store() {
      return store;
    }
  }

  @Test
  void a_lease_ends_by_itself() {
    assertAnswered(store.claim(KEY, "one", Duration.ofMillis(50)));
    assertSoon(() -> isGranted("other"));
  }

  private boolean isGranted(String holder) {
    return result(store.claim(KEY, holder, LIFE)).answered().map(Claim::granted).orElseThrow();
  }

  /** A user who may not look deletes nothing. */
  @Test
  void what_is_there_is_left_alone_where_its_type_cannot_be_told() {
    assertAnswered(store.write(KEY, ENTRY, LIFE));
    redis.configure("ACL", "SETUSER", "default", "-hlen");
    assertAnswered(store.read(KEY));
    assertThat(redis.command("EXISTS", KEY.hash())).isEqualTo("1");
  }

  @Test
  void more_fields_than_a_secret_has_are_dropped_but_for_a_refusal_with_the_next_write() {
    var tombstone = EntryStoreContract.tombstone(2);
    assertAnswered(store.revoke(KEY.gone(), tombstone, LIFE, RevokeCondition.ALWAYS));
    var crowd = "for i = 1, 1000 do redis.call('HSET', KEYS[1], i, ARGV[1]) end";
    redis.configure("EVAL", crowd, "1", KEY.hash(), "garbage");
    assertAnswered(store.write(KEY, EntryStoreContract.entry(3), LIFE));
    assertThat(redis.command("HLEN", KEY.hash())).isEqualTo("2");
    assertThat(result(store.read(KEY)).answered().flatMap(StoredEntries::gone)).contains(tombstone);
    assertThat(Long.parseLong(redis.command("PTTL", KEY.hash()))).isPositive();
  }

  private void assertStillGives(Envelope entry) {
    assertThat(result(store.read(KEY)).answered().flatMap(StoredEntries::entry)).contains(entry);
  }

  @Test
  void a_server_without_memory_keeps_nothing_and_still_gives_what_it_has() {
    assertAnswered(store.write(KEY, ENTRY, LIFE));
    redis.configure("CONFIG", "SET", "maxmemory", "1");
    assertFails(store.write(KEY, EntryStoreContract.entry(2), LIFE), Cause.FULL);
    assertFails(
        store.revoke(KEY, EntryStoreContract.tombstone(2), LIFE, RevokeCondition.ALWAYS),
        Cause.FULL);
    assertFails(store.claim(KEY, "one", LIFE), Cause.FULL);
    assertStillGives(ENTRY);
  }

  @Test
  void a_replica_takes_nothing_and_still_gives_what_it_has_if_it_may() {
    assertAnswered(store.write(KEY, ENTRY, LIFE));
    redis.configure("REPLICAOF", "127.0.0.1", "1");
    assertFails(store.write(KEY, EntryStoreContract.entry(2), LIFE), Cause.READ_ONLY);
    assertFails(store.claim(KEY, "one", LIFE), Cause.READ_ONLY);
    assertStillGives(ENTRY);
    redis.configure("CONFIG", "SET", "replica-serve-stale-data", "no");
    assertFails(store.read(KEY), Cause.NOT_READY);
    assertFails(store.release(KEY, ""), Cause.NOT_READY);
  }

  @Test
  void a_user_whose_password_is_wrong_is_denied_until_it_is_changed() {
    redis.configure("ACL", "SETUSER", "orders", "on", ">right", "~*", "+@all");
    var login = RedisConfigs.user("orders", "wrong");
    var settings = RedisConfigs.of(standalone(), login, Optional.empty(), RedisConfigs.TIMEOUT);
    try (var other = RedisConfigs.open(settings)) {
      assertFails(other.read(KEY), Cause.DENIED);
      redis.configure("ACL", "SETUSER", "orders", ">wrong");
      assertAnswered(other.read(KEY));
    }
  }

  @ParameterizedTest
  @CsvSource({"-16, false", "-14, true", "14, true", "16, false"})
  void a_server_whose_clock_differs_by_too_many_minutes_is_not_used(int minutes, boolean isUsed) {
    var ahead = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(minutes));
    var settings = RedisConfigs.standalone(redis.port());
    try (var skewed = new RedisEntryStore(settings, Clocks.of(ahead), Runnable::run)) {
      if (isUsed) {
        assertAnswered(skewed.read(KEY));
      } else {
        assertFails(skewed.read(KEY), Cause.CLOCK);
      }
    }
  }

  @Nested
  class A_server_that_is_gone {
    @Test
    void at_first_is_used_once_it_is_there() {
      redis.kill();
      try (var early = RedisConfigs.open(RedisConfigs.standalone(redis.port()))) {
        assertFails(early.read(KEY), Cause.UNREACHABLE);
        redis.restart();
        assertAnswered(early.read(KEY));
      }
    }

    /** All connections in the pool are dead by then. */
    @Test
    void is_used_again_with_the_first_exchange_after_it_is_back() {
      times(2, () -> store.read(KEY)).forEach(RedisEntryStoreTest::assertAnswered);
      redis.kill();
      redis.restart();
      assertAnswered(store.write(KEY, ENTRY, LIFE));
    }

    @Test
    void may_have_been_another_one_that_knows_no_scripts() {
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      redis.configure("SCRIPT", "FLUSH");
      assertAnswered(store.write(KEY, EntryStoreContract.entry(2), LIFE));
    }
  }

  @Test
  void a_server_that_hangs_does_not_answer_in_time_however_many_wait_for_a_connection() {
    var settings = RedisConfigs.settings(standalone(), Duration.ofMillis(300));
    try (var hasty = RedisConfigs.open(settings)) {
      assertSoon(() -> isAnswered(hasty));
      redis.pause();
      assertThat(times(200, () -> hasty.read(KEY)).map(RedisConfigs::failure))
          .containsOnly(Cause.TIMEOUT);
      redis.resume();
      assertSoon(() -> isAnswered(hasty));
    }
  }

  @Test
  void more_exchanges_than_it_takes_at_once_are_skipped_until_one_has_ended() {
    var waiting = new ArrayList<Runnable>();
    var settings = RedisConfigs.standalone(redis.port());
    var busy = new RedisEntryStore(settings, RedisConfigs.CLOCKS, waiting::add);
    busy.close();
    for (var i = 0; i < RedisEntryStore.MOST_EXCHANGES; i++) {
      assertThat(busy.read(KEY).toCompletableFuture()).isNotDone();
    }
    assertThat(result(busy.read(KEY))).isEqualTo(new StoreResult.Skipped<>());
    waiting.removeFirst().run();
    assertThat(busy.read(KEY).toCompletableFuture()).isNotDone();
  }

  @Nested
  class After_it_was_closed {
    @Test
    void it_asks_nobody() {
      store.close();
      assertFails(store.read(KEY), Cause.UNREACHABLE);
      assertSoon(() -> redis.command("CLIENT", "LIST").lines().count() == 1);
    }

    @Test
    void a_client_that_is_opened_after_the_end_is_closed_again() {
      var opened = RedisClient.builder().hostAndPort("127.0.0.1", 1).build();
      var attempts = new ArrayList<Runnable>();
      var client = new LazyClient(() -> opened, attempts::add, Duration.ZERO);
      assertThatThrownBy(client::get).isInstanceOf(JedisConnectionException.class);
      client.close();
      attempts.removeFirst().run();
      assertThat(opened.getPool().isClosed()).isTrue();
    }
  }

  /** All of them have begun. */
  private static <T> Stream<T> times(int count, Supplier<T> exchange) {
    return Stream.generate(exchange).limit(count).toList().stream();
  }

  @Nested
  class A_failure {
    /** Redis 7 has no code for a script that does what its user may not. */
    @ParameterizedTest
    @CsvSource({
      "ERR ACL failure in script: User a has no permissions, FORBIDDEN",
      "LOADING not now, NOT_READY",
      "MASTERDOWN not now, NOT_READY",
      "CLUSTERDOWN not now, NOT_READY",
      "TRYAGAIN not now, NOT_READY",
      "BUSY not now, NOT_READY"
    })
    void has_the_cause_that_redis_answers(String answer, Cause cause) {
      assertThat(RedisFailures.of(new JedisDataException(answer)).cause()).isEqualTo(cause);
    }

    /** An error may quote what was sent. */
    @ParameterizedTest
    @CsvSource({
      "ERR no, ERR",
      "'ERR\nA SECRET\nB', ERR",
      "'A SECRET', A",
      "'', an error",
      "sorry, an error",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ no, ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"
    })
    void of_an_error_the_code_alone_is_told(String text, String code) {
      assertThat(RedisFailures.of(new JedisDataException(text)).detail())
          .isEqualTo("Redis answered " + code + ".");
    }

    @Test
    void no_connection_in_time_is_tried_again_and_no_answer_in_time_is_not() {
      var notConnected = new JedisConnectionException("Failed to connect to 192.0.2.1:6379.");
      notConnected.addSuppressed(new SocketTimeoutException("Connect timed out"));
      assertThat(RedisFailures.of(notConnected).cause()).isEqualTo(Cause.TIMEOUT);
      assertThat(RedisFailures.isBrokenConnection(notConnected)).isTrue();
      var notAnswered = new JedisConnectionException(new SocketTimeoutException("Read timed out"));
      assertThat(RedisFailures.of(notAnswered).cause()).isEqualTo(Cause.TIMEOUT);
      assertThat(RedisFailures.isBrokenConnection(notAnswered)).isFalse();
    }
  }
}
