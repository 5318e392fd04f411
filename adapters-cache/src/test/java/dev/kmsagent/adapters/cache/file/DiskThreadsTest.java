package dev.kmsagent.adapters.cache.file;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheAlone;
import dev.kmsagent.testkit.ManualExecutor;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an agent does with a disk that fails, is full, slow or taken, and when it ends. */
class DiskThreadsTest {
  private static final EntryKey KEY = SealingFixtures.CODEC.key(Secrets.current("app/db"));
  private static final EntryKey OTHER = SealingFixtures.CODEC.key(Secrets.current("app/mq"));
  private static final Envelope ENTRY = EntryStoreContract.entry(1);
  private static final Envelope TOMBSTONE = EntryStoreContract.tombstone(2);
  private static final Duration LIFE = Duration.ofDays(1);

  private final Machine machine = new Machine();

  private static CompletionStage<StoreResult<Revoked>> revoke(EntryStore store) {
    return store.revoke(KEY, TOMBSTONE, LIFE, RevokeCondition.ALWAYS);
  }

  private static void assertAnswered(CompletionStage<? extends StoreResult<?>> exchange) {
    assertThat(exchange.toCompletableFuture().resultNow()).isInstanceOf(StoreResult.Answered.class);
  }

  private static <T> Failed failure(CompletionStage<StoreResult<T>> exchange) {
    return ((StoreResult.Failed<T>) result(exchange)).failure();
  }

  private static <T> void assertFails(CompletionStage<StoreResult<T>> exchange, Cause cause) {
    assertThat(failure(exchange).cause()).isEqualTo(cause);
  }

  private EntryStore written() {
    var store = machine.start();
    assertAnswered(store.write(KEY, ENTRY, LIFE));
    assertAnswered(store.write(OTHER, ENTRY, LIFE));
    return store;
  }

  private static void assertStored(EntryStore store, EntryKey key, Envelope envelope) {
    assertThat(result(store.read(key)).answered().orElseThrow().entry()).contains(envelope);
  }

  @Test
  void nothing_is_touched_before_the_first_use() {
    machine.start();
    assertThat(machine.disk.names()).isEmpty();
    assertThat(machine.time.waiting()).isZero();
  }

  @Nested
  class On_a_disk_that_fails {
    @Test
    void everything_fails_and_nothing_does_once_it_works_again() {
      var store = written();
      machine.disk.fail();
      assertFails(store.read(KEY), Cause.UNREACHABLE);
      assertFails(store.write(KEY, ENTRY, LIFE), Cause.UNREACHABLE);
      assertFails(revoke(store), Cause.UNREACHABLE);
      assertFails(store.discard(KEY, ENTRY), Cause.UNREACHABLE);
      assertFails(store.claim(KEY, "one", LIFE), Cause.UNREACHABLE);
      assertFails(store.release(KEY, EntryStore.NOBODY), Cause.UNREACHABLE);
      assertThat(failure(store.read(KEY)).detail()).isEqualTo("entries: Input/output error.");
      machine.disk.recover();
      assertStored(store, KEY, ENTRY);
    }

    @Test
    void an_agent_that_could_not_read_the_folder_has_it_once_it_can() {
      written();
      machine.disk.meanwhile(machine.disk::fail);
      var store = machine.restart();
      assertFails(store.read(KEY), Cause.UNREACHABLE);
      machine.disk.recover();
      assertStored(store, KEY, ENTRY);
    }

    @Test
    void the_agent_goes_on_alone_until_a_probe_writes_something() {
      var store = new CircuitBreakingEntryStore(machine.start(), machine.means());
      machine.disk.fail();
      for (var i = 0; i < 3; i++) {
        assertFails(store.read(KEY), Cause.UNREACHABLE);
      }
      assertThat(store.isAvailable()).isFalse();
      machine.time.advance(Duration.ofSeconds(1));
      assertThat(store.isAvailable()).isFalse();
      machine.disk.recover();
      machine.time.advance(Duration.ofSeconds(1));
      assertThat(store.isAvailable()).isTrue();
    }
  }

  @Test
  void on_a_full_disk_what_is_there_is_read_also_by_the_next_agent_and_nothing_is_written() {
    written();
    machine.disk.becomeFull();
    var store = machine.restart();
    assertStored(store, KEY, ENTRY);
    assertFails(store.write(KEY, EntryStoreContract.entry(5), LIFE), Cause.FULL);
    assertStored(store, KEY, ENTRY);
  }

  @Test
  void on_a_disk_that_takes_no_writes_what_is_there_is_read_by_the_next_agent_too() {
    written();
    machine.disk.becomeReadOnly();
    var store = new CircuitBreakingEntryStore(machine.restart(), machine.means());
    for (var i = 0; i < 20; i++) {
      assertStored(store, KEY, ENTRY);
      assertFails(store.write(KEY, EntryStoreContract.entry(5), LIFE), Cause.READ_ONLY);
      assertFails(revoke(store), Cause.READ_ONLY);
    }
    assertThat(store.isAvailable()).isTrue();
  }

  @Test
  void what_is_dated_later_than_now_is_the_clocks_fault() {
    var store = machine.start();
    var later = EntryStoreContract.tombstone(EntryStoreContract.END * 1_000_000);
    assertFails(store.write(KEY, later, LIFE), Cause.CLOCK);
    assertFails(store.revoke(KEY, later, LIFE, RevokeCondition.ALWAYS), Cause.CLOCK);
  }

  @Test
  void a_second_agent_is_alone_and_has_the_folder_a_second_after_the_first_one_has_ended() {
    var first = machine.start();
    assertAnswered(first.write(KEY, ENTRY, LIFE));
    var second = new CircuitBreakingEntryStore(machine.start(), machine.means());
    for (var i = 0; i < 3; i++) {
      assertFails(second.read(KEY), Cause.NOT_READY);
    }
    machine.time.advance(Duration.ofMinutes(1));
    assertThat(second.isAvailable()).isFalse();
    first.close();
    machine.time.advance(Duration.ofSeconds(1));
    assertThat(machine.events.of(SharedCacheAlone.class))
        .containsExactly(new SharedCacheAlone(true), new SharedCacheAlone(false));
    assertStored(second, KEY, ENTRY);
  }

  @Nested
  class On_a_slow_disk {
    private final ManualExecutor disk = new ManualExecutor();
    private final EntryStore store = machine.start(disk);

    @Test
    void the_first_look_up_is_given_up_after_two_seconds_and_its_work_is_not_begun_any_more() {
      var read = store.read(KEY).toCompletableFuture();
      machine.time.advance(Duration.ofMillis(1999));
      assertThat(read).isNotDone();
      machine.time.advance(Duration.ofMillis(1));
      assertFails(read, Cause.TIMEOUT);
      disk.doAll();
      assertThat(machine.disk.names()).isEmpty();
    }

    private void open() {
      var _ = store.read(KEY);
      disk.doAll();
    }

    @Test
    void a_look_up_is_given_up_after_half_a_second() {
      open();
      var read = store.read(KEY).toCompletableFuture();
      machine.time.advance(Duration.ofMillis(499));
      assertThat(read).isNotDone();
      machine.time.advance(Duration.ofMillis(1));
      assertFails(read, Cause.TIMEOUT);
    }

    @Test
    void the_first_refusal_does_not_wait_until_all_files_of_the_agent_before_are_read() {
      var read = store.read(KEY).toCompletableFuture();
      disk.doNext();
      var revoke = revoke(store).toCompletableFuture();
      assertThat(read).isCompleted();
      assertThat(disk.waiting()).isEqualTo(2);
      disk.doNext();
      disk.doNext();
      assertAnswered(revoke);
    }
  }

  @Test
  void more_work_than_may_wait_is_skipped() {
    var store =
        machine.start(
            _ -> {
              throw new RejectedExecutionException("too many");
            });
    assertThat(result(store.read(KEY))).isInstanceOf(StoreResult.Skipped.class);
  }

  @Nested
  class When_it_is_closed {
    @Test
    void the_next_agent_has_the_folder_at_once_and_this_one_does_nothing_any_more() {
      var store = machine.start();
      assertAnswered(store.write(KEY, ENTRY, LIFE));
      store.close();
      assertStored(machine.start(), KEY, ENTRY);
      assertThat(result(revoke(store))).isInstanceOf(StoreResult.Skipped.class);
    }

    @Test
    void before_the_first_use_it_is_never_opened() {
      var folder = machine.start();
      folder.close();
      assertThat(result(folder.read(KEY))).isInstanceOf(StoreResult.Skipped.class);
      assertAnswered(machine.start().read(KEY));
    }

    @Test
    void while_the_disk_hangs_it_does_not_wait_and_gives_the_folder_back_with_the_last_work() {
      var hangs = new CountDownLatch(1);
      var works = new CountDownLatch(1);
      try (var threads = Executors.newSingleThreadExecutor()) {
        var disk =
            new DiskThreads(
                machine.disk::open, machine.settings(), threads, threads, machine.means());
        var store = new FileEntryStore(disk);
        result(store.write(KEY, ENTRY, LIFE));
        var first =
            disk.write(
                opened -> {
                  hangs.countDown();
                  Patience.assertSoon(() -> works.getCount() == 0);
                  return Done.DONE;
                });
        var second = revoke(store);
        Patience.assertSoon(() -> hangs.getCount() == 0);
        store.close();
        assertFails(machine.start().read(KEY), Cause.NOT_READY);
        works.countDown();
        assertThat(result(first).answered()).contains(Done.DONE);
        assertThat(result(second)).isInstanceOf(StoreResult.Skipped.class);
        var next = machine.start();
        Patience.assertSoon(() -> result(next.read(KEY)).answered().isPresent());
        assertStored(next, KEY, ENTRY);
      }
    }

    @Test
    void it_is_swept_no_more() {
      var folder = machine.start();
      assertAnswered(folder.read(KEY));
      folder.close();
      machine.time.advance(Duration.ofHours(2));
      var sweeps = new ArrayList<Integer>();
      machine.disk.meanwhile(() -> sweeps.add(1));
      machine.time.advance(Duration.ofHours(2));
      assertThat(sweeps).isEmpty();
    }
  }
}
