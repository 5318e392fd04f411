package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisStores.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisStores.failure;
import static dev.kmsagent.adapters.cache.redis.RedisStores.isAnswered;
import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Exchanges with a real Redis, and what they say when it does not do what it is asked. The tests
 * take turns on one server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisEntryStoreTest {
  private static final Envelope ENTRY = EntryStoreContract.entry(1);
  private static final Duration LIFE = Duration.ofMinutes(1);

  private final RedisProcess redis = RedisProcess.start();
  private EntryStore store;

  @BeforeEach
  void open() {
    store = RedisStores.open(RedisConfigs.standalone(redis.port()));
  }

  @AfterEach
  void close() {
    store.close();
    redis.reset();
  }

  @AfterAll
  void end() {
    redis.close();
  }

  private Servers standalone() {
    return new Servers.Standalone(new Address("127.0.0.1", redis.port()));
  }

  private static EntryStore store(Servers servers, Login login) {
    return RedisStores.open(RedisConfigs.of(servers, login, new Tls.Off(), RedisConfigs.TIMEOUT));
  }

  private static <T> void assertFails(CompletionStage<StoreResult<T>> exchange, Cause cause) {
    assertThat(failure(exchange)).isEqualTo(cause);
  }

  private static <T> void assertAnswered(CompletionStage<StoreResult<T>> exchange) {
    assertThat(result(exchange)).isInstanceOf(StoreResult.Answered.class);
  }

  @Test
  void a_lease_ends_by_itself() {
    assertAnswered(store.claim(KEY, "one", Duration.ofMillis(50)));
    assertSoon(() -> isGranted("other"));
  }

  private boolean isGranted(String holder) {
    return result(store.claim(KEY, holder, LIFE)).answered().map(Claim::granted).orElseThrow();
  }

  @Nested
  class What_no_agent_stored {
    private static final String FAT =
        "redis.call('HSET', KEYS[1], ARGV[1], string.rep('x', 5000000))";
    private static final String CROWDED =
        "for i = 1, 100000 do redis.call('HSET', KEYS[1], i, ARGV[1]) end";

    private long fields() {
      return Long.parseLong(redis.command("HLEN", KEY.hash()));
    }

    private void fatten(EntryKey key) {
      redis.configure("EVAL", FAT, "1", key.hash(), key.field());
    }

    @Test
    void and_is_larger_than_an_envelope_is_deleted_by_a_read() {
      fatten(KEY.gone());
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      fatten(KEY.gone());
      assertThat(result(store.read(KEY)).answered().flatMap(StoredEntries::entry)).contains(ENTRY);
      assertThat(fields()).isEqualTo(1);
    }

    private List<Supplier<CompletionStage<? extends StoreResult<?>>>> operations(EntryKey key) {
      return List.of(
          () -> store.read(KEY),
          () -> store.write(KEY, ENTRY, LIFE),
          () -> store.revoke(key, EntryStoreContract.tombstone(2), LIFE, RevokeCondition.ALWAYS),
          () -> store.discard(key, ENTRY),
          () -> store.claim(KEY, "one", LIFE),
          () -> store.release(KEY, "one"),
          () -> store.ping(KEY));
    }

    private static void assertWorks(Supplier<CompletionStage<? extends StoreResult<?>>> operation) {
      assertThat((Object) Patience.join(operation.get())).isInstanceOf(StoreResult.Answered.class);
    }

    @Test
    void and_is_larger_than_an_envelope_hinders_no_operation() {
      for (var key : List.of(KEY, KEY.gone())) {
        for (var operation : operations(key).subList(0, 5)) {
          fatten(key);
          assertWorks(operation);
          assertThat(redis.command("HSTRLEN", key.hash(), key.field())).hasSizeLessThan(3);
        }
      }
    }

    @Test
    void and_is_no_hash_hinders_no_operation() {
      for (var operation : operations(KEY)) {
        redis.configure("SET", KEY.hash(), "garbage");
        assertWorks(operation);
        assertThat(redis.command("TYPE", KEY.hash())).isNotEqualTo("string");
      }
    }

    @Test
    void and_is_no_lease_hinders_no_operation() {
      for (var operation : operations(KEY).subList(4, 7)) {
        redis.command("UNLINK", KEY.lease());
        redis.configure("RPUSH", KEY.lease(), "garbage");
        assertWorks(operation);
        assertThat(redis.command("TYPE", KEY.lease())).isNotEqualTo("list");
      }
    }

    @Test
    void and_is_no_lease_is_held_by_no_agent() {
      redis.configure("RPUSH", KEY.lease(), "garbage");
      assertThat(isGranted("one")).isTrue();
    }

    /** A user who may not look deletes nothing. */
    @Test
    void is_left_alone_where_its_type_cannot_be_told() {
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      redis.configure("ACL", "SETUSER", "default", "-hlen");
      assertAnswered(store.read(KEY));
      assertThat(redis.command("EXISTS", KEY.hash())).isEqualTo("1");
    }

    @Test
    void in_more_fields_than_a_secret_has_is_dropped_with_the_next_write() {
      redis.configure("EVAL", CROWDED, "1", KEY.hash(), "garbage");
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      assertThat(fields()).isEqualTo(1);
      assertThat(Long.parseLong(redis.command("PTTL", KEY.hash()))).isPositive();
    }

    @Test
    void in_more_fields_than_a_secret_has_does_not_hide_a_refusal() {
      redis.configure("EVAL", CROWDED, "1", KEY.hash(), "garbage");
      assertAnswered(
          store.revoke(
              KEY.gone(), EntryStoreContract.tombstone(2), LIFE, RevokeCondition.IF_STORED));
      assertThat(fields()).isEqualTo(1);
      redis.configure("EVAL", CROWDED, "1", KEY.hash(), "garbage");
      assertThat(result(store.write(KEY, ENTRY, LIFE)).answered())
          .contains(EntryStore.Written.OUTDATED);
      assertAnswered(store.write(KEY, EntryStoreContract.entry(3), LIFE));
      assertThat(result(store.read(KEY)).answered().flatMap(StoredEntries::gone))
          .contains(EntryStoreContract.tombstone(2));
    }
  }

  @Nested
  class A_server_without_memory {
    @BeforeEach
    void fill() {
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      redis.configure("CONFIG", "SET", "maxmemory", "1");
    }

    @Test
    void keeps_nothing_and_says_that_it_is_full() {
      assertFails(store.write(KEY, EntryStoreContract.entry(2), LIFE), Cause.FULL);
      assertFails(
          store.revoke(KEY, EntryStoreContract.tombstone(2), LIFE, RevokeCondition.ALWAYS),
          Cause.FULL);
      assertFails(store.claim(KEY, "one", LIFE), Cause.FULL);
    }

    @Test
    void still_gives_what_it_has() {
      assertThat(result(store.read(KEY)).answered().flatMap(StoredEntries::entry)).contains(ENTRY);
    }
  }

  @Nested
  class A_replica {
    @BeforeEach
    void follow_a_primary() {
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      redis.configure("REPLICAOF", "127.0.0.1", "1");
    }

    @Test
    void takes_nothing_and_says_that_it_is_read_only() {
      assertFails(store.write(KEY, EntryStoreContract.entry(2), LIFE), Cause.READ_ONLY);
      assertFails(store.claim(KEY, "one", LIFE), Cause.READ_ONLY);
    }

    @Test
    void still_gives_what_it_has() {
      assertThat(result(store.read(KEY)).answered().flatMap(StoredEntries::entry)).contains(ENTRY);
    }

    @Test
    void that_may_not_give_what_may_be_outdated_is_not_ready() {
      redis.configure("CONFIG", "SET", "replica-serve-stale-data", "no");
      assertFails(store.read(KEY), Cause.NOT_READY);
      assertFails(store.ping(KEY), Cause.NOT_READY);
    }
  }

  @Nested
  class A_user {
    @Test
    void who_may_not_run_scripts_is_told_so() {
      redis.configure("ACL", "SETUSER", "default", "-eval", "-evalsha");
      assertFails(store.write(KEY, ENTRY, LIFE), Cause.FORBIDDEN);
      assertFails(store.read(KEY), Cause.FORBIDDEN);
      assertFails(store.ping(KEY), Cause.FORBIDDEN);
    }

    @Test
    void who_may_not_do_what_a_script_does_is_told_so() {
      redis.configure("ACL", "SETUSER", "default", "-hset");
      assertFails(store.write(KEY, ENTRY, LIFE), Cause.FORBIDDEN);
    }

    @Test
    void who_may_not_use_these_names_is_told_so() {
      redis.configure("ACL", "SETUSER", "default", "resetkeys", "~other:*");
      assertFails(store.write(KEY, ENTRY, LIFE), Cause.FORBIDDEN);
      assertFails(store.read(KEY), Cause.FORBIDDEN);
    }

    @Test
    void whose_password_is_wrong_is_denied_until_it_is_changed() {
      redis.configure("ACL", "SETUSER", "orders", "on", ">right", "~*", "+@all");
      var login = RedisConfigs.user("orders", "wrong");
      try (var other = store(standalone(), login)) {
        assertFails(other.read(KEY), Cause.DENIED);
        redis.configure("ACL", "SETUSER", "orders", ">wrong");
        assertAnswered(other.read(KEY));
      }
    }

    @Test
    void whose_password_is_wrong_is_denied_by_a_cluster_too() {
      redis.configure("ACL", "SETUSER", "orders", "on", ">right", "~*", "+@all");
      var login = RedisConfigs.user("orders", "wrong");
      var cluster = new Servers.Cluster(List.of(new Address("127.0.0.1", redis.port())));
      try (var other = store(cluster, login)) {
        assertFails(other.read(KEY), Cause.DENIED);
      }
    }
  }

  @Nested
  class A_server_whose_clock_differs {
    private CompletionStage<StoreResult<StoredEntries>> read(Duration ahead) {
      var clocks = Clocks.of(InstantSource.offset(InstantSource.system(), ahead));
      var settings = RedisConfigs.standalone(redis.port());
      try (var store = new RedisEntryStore(settings, clocks, Runnable::run)) {
        return store.read(KEY);
      }
    }

    @Test
    void by_minutes_is_used() {
      assertAnswered(read(Duration.ofMinutes(-14)));
      assertAnswered(read(Duration.ofMinutes(14)));
    }

    @Test
    void by_too_much_is_not_used() {
      assertFails(read(Duration.ofMinutes(-16)), Cause.CLOCK);
      assertFails(read(Duration.ofMinutes(16)), Cause.CLOCK);
    }
  }

  @Nested
  class A_server_that_is_gone {
    @Test
    void cannot_be_reached() {
      assertAnswered(store.read(KEY));
      redis.kill();
      assertFails(store.read(KEY), Cause.UNREACHABLE);
      redis.restart();
    }

    @Test
    void at_first_is_used_once_it_is_there() {
      redis.kill();
      try (var early = RedisStores.open(RedisConfigs.standalone(redis.port()))) {
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

  @Nested
  class A_server_that_hangs {
    private final EntryStore hasty =
        RedisStores.open(RedisConfigs.settings(standalone(), Duration.ofMillis(300)));

    @AfterEach
    void end() {
      hasty.close();
    }

    @Test
    void does_not_answer_in_time_however_many_wait_for_a_connection() {
      assertSoon(() -> isAnswered(hasty));
      redis.pause();
      assertThat(times(200, () -> hasty.read(KEY)).map(RedisStores::failure))
          .containsOnly(Cause.TIMEOUT);
      redis.resume();
      assertSoon(() -> isAnswered(hasty));
    }
  }

  @Nested
  class More_exchanges_than_it_takes_at_once {
    private final List<Runnable> waiting = new ArrayList<>();
    private final EntryStore busy =
        new RedisEntryStore(
            RedisConfigs.standalone(redis.port()), RedisStores.CLOCKS, waiting::add);

    @Test
    void are_skipped_until_one_has_ended() {
      busy.close();
      for (var i = 0; i < RedisEntryStore.MOST_EXCHANGES; i++) {
        assertThat(busy.read(KEY).toCompletableFuture()).isNotDone();
      }
      assertThat(result(busy.read(KEY))).isEqualTo(new StoreResult.Skipped<>());
      waiting.removeFirst().run();
      assertThat(busy.read(KEY).toCompletableFuture()).isNotDone();
    }
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
    void what_was_being_opened_is_closed_too() {
      redis.pause();
      var read = store.read(KEY).toCompletableFuture();
      store.close();
      redis.resume();
      var _ = Patience.join(read);
      assertSoon(() -> redis.command("CLIENT", "LIST").lines().count() == 1);
    }
  }

  /** All of them have begun. */
  private static <T> Stream<T> times(int count, Supplier<T> exchange) {
    return Stream.generate(exchange).limit(count).toList().stream();
  }
}
