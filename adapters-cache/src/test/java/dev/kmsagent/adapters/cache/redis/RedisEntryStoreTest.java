package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
  private static final EntryKey ENTRY_KEY =
      new EntryKey("kms-agent:c2:{a}", "field", "kms-agent:l2:{a}field");
  private static final Envelope ENTRY = envelope('E', 1);
  private static final Duration LIFE = Duration.ofMinutes(1);

  /** For servers that answer, on a machine that does much else. */
  private static final Duration LONG = Duration.ofSeconds(10);

  /** For servers that do not. */
  private static final Duration SHORT = Duration.ofMillis(300);

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final RedisProcess redis = RedisProcess.start();
  private EntryStore store;

  @BeforeEach
  void open() {
    store = store(standalone(redis.port()));
  }

  @AfterEach
  void close() {
    store.close();
    redis.reset();
  }

  @AfterAll
  void end() {
    executor.close();
    redis.close();
  }

  /** One that ends an hour from now. */
  private static Envelope envelope(char kind, long micros) {
    var text = "2%c%016d%010d000000sealed".formatted(kind, micros, EntryStoreContract.END);
    return new Envelope(text.getBytes(ISO_8859_1));
  }

  private static Servers standalone(int port) {
    return new Servers.Standalone(new Address("127.0.0.1", port));
  }

  private EntryStore store(Servers servers) {
    return store(servers, new Login.Anonymous(), LONG);
  }

  private EntryStore store(Servers servers, Login login, Duration timeout) {
    var settings = settings(servers, login, timeout);
    return new RedisEntryStore(settings, Clocks.of(InstantSource.system()), executor);
  }

  private static RedisConfig settings(Servers servers, Login login, Duration timeout) {
    return RedisConfigs.of(servers, login, new Tls.Off(), timeout);
  }

  private static <T> void assertFails(CompletionStage<StoreResult<T>> exchange, Cause cause) {
    assertFails(result(exchange), cause);
  }

  private static void assertFails(StoreResult<?> reply, Cause cause) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            StoreResult.Failed.class,
            failed -> assertThat(failed.failure().cause()).isEqualTo(cause));
  }

  private static <T> void assertAnswered(CompletionStage<StoreResult<T>> exchange) {
    assertThat(result(exchange)).isInstanceOf(StoreResult.Answered.class);
  }

  @Test
  void a_lease_ends_by_itself() {
    assertAnswered(store.claim(ENTRY_KEY, "one", Duration.ofMillis(50)));
    assertSoon(() -> isGranted("other"));
  }

  private boolean isGranted(String holder) {
    return result(store.claim(ENTRY_KEY, holder, LIFE))
        .answered()
        .map(Claim::granted)
        .orElseThrow();
  }

  @Nested
  class What_no_agent_stored {
    private static final String FAT =
        "redis.call('HSET', KEYS[1], ARGV[1], string.rep('x', 5000000))";
    private static final String CROWDED =
        "for i = 1, 100000 do redis.call('HSET', KEYS[1], i, ARGV[1]) end";

    private long fields() {
      return Long.parseLong(redis.command("HLEN", ENTRY_KEY.hash()));
    }

    private void fatten(EntryKey key) {
      redis.configure("EVAL", FAT, "1", key.hash(), key.field());
    }

    @Test
    void and_is_larger_than_an_envelope_is_deleted_by_a_read() {
      fatten(ENTRY_KEY.gone());
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
      fatten(ENTRY_KEY.gone());
      assertThat(result(store.read(ENTRY_KEY)).answered().flatMap(StoredEntries::entry))
          .contains(ENTRY);
      assertThat(fields()).isEqualTo(1);
    }

    private List<Supplier<CompletionStage<? extends StoreResult<?>>>> operations(EntryKey key) {
      return List.of(
          () -> store.read(ENTRY_KEY),
          () -> store.write(ENTRY_KEY, ENTRY, LIFE),
          () -> store.revoke(key, envelope('R', 2), LIFE, RevokeCondition.ALWAYS),
          () -> store.discard(key, ENTRY),
          () -> store.claim(ENTRY_KEY, "one", LIFE),
          () -> store.release(ENTRY_KEY, "one"),
          () -> store.ping(ENTRY_KEY));
    }

    private static void assertWorks(Supplier<CompletionStage<? extends StoreResult<?>>> operation) {
      assertThat((Object) Patience.join(operation.get())).isInstanceOf(StoreResult.Answered.class);
    }

    @Test
    void and_is_larger_than_an_envelope_hinders_no_operation() {
      for (var key : List.of(ENTRY_KEY, ENTRY_KEY.gone())) {
        for (var operation : operations(key).subList(0, 5)) {
          fatten(key);
          assertWorks(operation);
          assertThat(redis.command("HSTRLEN", key.hash(), key.field())).hasSizeLessThan(3);
        }
      }
    }

    @Test
    void and_is_no_hash_hinders_no_operation() {
      for (var operation : operations(ENTRY_KEY)) {
        redis.configure("SET", ENTRY_KEY.hash(), "garbage");
        assertWorks(operation);
        assertThat(redis.command("TYPE", ENTRY_KEY.hash())).isNotEqualTo("string");
      }
    }

    @Test
    void and_is_no_lease_hinders_no_operation() {
      for (var operation : operations(ENTRY_KEY).subList(4, 7)) {
        redis.command("UNLINK", ENTRY_KEY.lease());
        redis.configure("RPUSH", ENTRY_KEY.lease(), "garbage");
        assertWorks(operation);
        assertThat(redis.command("TYPE", ENTRY_KEY.lease())).isNotEqualTo("list");
      }
    }

    @Test
    void and_is_no_lease_is_held_by_no_agent() {
      redis.configure("RPUSH", ENTRY_KEY.lease(), "garbage");
      assertThat(isGranted("one")).isTrue();
    }

    /** A user who may not look deletes nothing. */
    @Test
    void is_left_alone_where_its_type_cannot_be_told() {
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
      redis.configure("ACL", "SETUSER", "default", "-hlen");
      assertAnswered(store.read(ENTRY_KEY));
      assertThat(redis.command("EXISTS", ENTRY_KEY.hash())).isEqualTo("1");
    }

    @Test
    void in_more_fields_than_a_secret_has_is_dropped_with_the_next_write() {
      redis.configure("EVAL", CROWDED, "1", ENTRY_KEY.hash(), "garbage");
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
      assertThat(fields()).isEqualTo(1);
      assertThat(Long.parseLong(redis.command("PTTL", ENTRY_KEY.hash()))).isPositive();
    }

    @Test
    void in_more_fields_than_a_secret_has_does_not_hide_a_refusal() {
      redis.configure("EVAL", CROWDED, "1", ENTRY_KEY.hash(), "garbage");
      assertAnswered(
          store.revoke(ENTRY_KEY.gone(), envelope('R', 2), LIFE, RevokeCondition.IF_STORED));
      assertThat(fields()).isEqualTo(1);
      redis.configure("EVAL", CROWDED, "1", ENTRY_KEY.hash(), "garbage");
      assertThat(result(store.write(ENTRY_KEY, ENTRY, LIFE)).answered())
          .contains(EntryStore.Written.OUTDATED);
      assertAnswered(store.write(ENTRY_KEY, envelope('E', 3), LIFE));
      assertThat(result(store.read(ENTRY_KEY)).answered().flatMap(StoredEntries::gone))
          .contains(envelope('R', 2));
    }
  }

  @Nested
  class A_server_without_memory {
    @BeforeEach
    void fill() {
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
      redis.configure("CONFIG", "SET", "maxmemory", "1");
    }

    @Test
    void keeps_nothing_and_says_that_it_is_full() {
      assertFails(store.write(ENTRY_KEY, envelope('E', 2), LIFE), Cause.FULL);
      assertFails(
          store.revoke(ENTRY_KEY, envelope('R', 2), LIFE, RevokeCondition.ALWAYS), Cause.FULL);
      assertFails(store.claim(ENTRY_KEY, "one", LIFE), Cause.FULL);
    }

    @Test
    void still_gives_what_it_has() {
      assertThat(result(store.read(ENTRY_KEY)).answered().flatMap(StoredEntries::entry))
          .contains(ENTRY);
    }
  }

  @Nested
  class A_replica {
    @BeforeEach
    void follow_a_primary() {
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
      redis.configure("REPLICAOF", "127.0.0.1", "1");
    }

    @Test
    void takes_nothing_and_says_that_it_is_read_only() {
      assertFails(store.write(ENTRY_KEY, envelope('E', 2), LIFE), Cause.READ_ONLY);
      assertFails(store.claim(ENTRY_KEY, "one", LIFE), Cause.READ_ONLY);
    }

    @Test
    void still_gives_what_it_has() {
      assertThat(result(store.read(ENTRY_KEY)).answered().flatMap(StoredEntries::entry))
          .contains(ENTRY);
    }

    @Test
    void that_may_not_give_what_may_be_outdated_is_not_ready() {
      redis.configure("CONFIG", "SET", "replica-serve-stale-data", "no");
      assertFails(store.read(ENTRY_KEY), Cause.NOT_READY);
      assertFails(store.ping(ENTRY_KEY), Cause.NOT_READY);
    }
  }

  @Nested
  class A_user {
    @Test
    void who_may_not_run_scripts_is_told_so() {
      redis.configure("ACL", "SETUSER", "default", "-eval", "-evalsha");
      assertFails(store.write(ENTRY_KEY, ENTRY, LIFE), Cause.FORBIDDEN);
      assertFails(store.read(ENTRY_KEY), Cause.FORBIDDEN);
      assertFails(store.ping(ENTRY_KEY), Cause.FORBIDDEN);
    }

    @Test
    void who_may_not_do_what_a_script_does_is_told_so() {
      redis.configure("ACL", "SETUSER", "default", "-hset");
      assertFails(store.write(ENTRY_KEY, ENTRY, LIFE), Cause.FORBIDDEN);
    }

    @Test
    void who_may_not_use_these_names_is_told_so() {
      redis.configure("ACL", "SETUSER", "default", "resetkeys", "~other:*");
      assertFails(store.write(ENTRY_KEY, ENTRY, LIFE), Cause.FORBIDDEN);
      assertFails(store.read(ENTRY_KEY), Cause.FORBIDDEN);
    }

    @Test
    void whose_password_is_wrong_is_denied_until_it_is_changed() {
      redis.configure("ACL", "SETUSER", "orders", "on", ">right", "~*", "+@all");
      var login = RedisConfigs.user("orders", "wrong");
      try (var other = store(standalone(redis.port()), login, LONG)) {
        assertFails(other.read(ENTRY_KEY), Cause.DENIED);
        redis.configure("ACL", "SETUSER", "orders", ">wrong");
        assertAnswered(other.read(ENTRY_KEY));
      }
    }

    @Test
    void whose_password_is_wrong_is_denied_by_a_cluster_too() {
      redis.configure("ACL", "SETUSER", "orders", "on", ">right", "~*", "+@all");
      var login = RedisConfigs.user("orders", "wrong");
      var cluster = new Servers.Cluster(List.of(new Address("127.0.0.1", redis.port())));
      try (var other = store(cluster, login, LONG)) {
        assertFails(other.read(ENTRY_KEY), Cause.DENIED);
      }
    }
  }

  @Nested
  class A_server_whose_clock_differs {
    private StoreResult<StoredEntries> read(Duration ahead) {
      var clocks = Clocks.of(InstantSource.offset(InstantSource.system(), ahead));
      var settings = settings(standalone(redis.port()), new Login.Anonymous(), LONG);
      try (var store = new RedisEntryStore(settings, clocks, executor)) {
        return result(store.read(ENTRY_KEY));
      }
    }

    @Test
    void by_minutes_is_used() {
      assertThat(read(Duration.ofMinutes(-14))).isInstanceOf(StoreResult.Answered.class);
      assertThat(read(Duration.ofMinutes(14))).isInstanceOf(StoreResult.Answered.class);
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
      assertAnswered(store.read(ENTRY_KEY));
      redis.kill();
      var read = result(store.read(ENTRY_KEY));
      redis.restart();
      assertFails(read, Cause.UNREACHABLE);
    }

    @Test
    void at_first_is_used_once_it_is_there() {
      redis.kill();
      try (var early = store(standalone(redis.port()))) {
        assertFails(early.read(ENTRY_KEY), Cause.UNREACHABLE);
        redis.restart();
        assertAnswered(early.read(ENTRY_KEY));
      }
    }

    /** All connections in the pool are dead by then. */
    @Test
    void is_used_again_with_the_first_exchange_after_it_is_back() {
      assertThat(allAtOnce(2, () -> result(store.read(ENTRY_KEY)))).hasSize(2);
      redis.kill();
      redis.restart();
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
    }

    @Test
    void may_have_been_another_one_that_knows_no_scripts() {
      assertAnswered(store.write(ENTRY_KEY, ENTRY, LIFE));
      redis.configure("SCRIPT", "FLUSH");
      assertAnswered(store.write(ENTRY_KEY, envelope('E', 2), LIFE));
    }
  }

  @Nested
  class A_server_that_hangs {
    private final EntryStore hasty = store(standalone(redis.port()), new Login.Anonymous(), SHORT);

    @AfterEach
    void end() {
      hasty.close();
    }

    @Test
    void does_not_answer_in_time_however_many_wait_for_a_connection() {
      assertSoon(() -> result(hasty.read(ENTRY_KEY)) instanceof StoreResult.Answered);
      redis.pause();
      for (var reply : allAtOnce(200, () -> result(hasty.read(ENTRY_KEY)))) {
        assertFails(reply, Cause.TIMEOUT);
      }
      redis.resume();
      assertSoon(() -> result(hasty.read(ENTRY_KEY)) instanceof StoreResult.Answered);
    }
  }

  @Nested
  class More_exchanges_than_it_takes_at_once {
    private final List<Runnable> waiting = new ArrayList<>();
    private final EntryStore busy =
        new RedisEntryStore(
            RedisConfigs.standalone(redis.port()), Clocks.of(InstantSource.system()), waiting::add);

    @Test
    void are_skipped_until_one_has_ended() {
      busy.close();
      for (var i = 0; i < RedisEntryStore.MOST_EXCHANGES; i++) {
        assertThat(busy.read(ENTRY_KEY).toCompletableFuture()).isNotDone();
      }
      assertThat(result(busy.read(ENTRY_KEY))).isEqualTo(new StoreResult.Skipped<>());
      waiting.removeFirst().run();
      assertThat(busy.read(ENTRY_KEY).toCompletableFuture()).isNotDone();
    }
  }

  @Nested
  class After_it_was_closed {
    @Test
    void it_asks_nobody() {
      store.close();
      assertFails(store.read(ENTRY_KEY), Cause.UNREACHABLE);
      assertSoon(() -> redis.command("CLIENT", "LIST").lines().count() == 1);
    }

    @Test
    void what_was_being_opened_is_closed_too() {
      redis.pause();
      var read = store.read(ENTRY_KEY).toCompletableFuture();
      store.close();
      redis.resume();
      var _ = Patience.join(read);
      assertSoon(() -> redis.command("CLIENT", "LIST").lines().count() == 1);
    }
  }

  private <T> List<T> allAtOnce(int times, Supplier<T> work) {
    return IntStream.range(0, times)
        .mapToObj(_ -> CompletableFuture.supplyAsync(work, executor))
        .toList()
        .stream()
        .map(CompletableFuture::join)
        .toList();
  }
}
