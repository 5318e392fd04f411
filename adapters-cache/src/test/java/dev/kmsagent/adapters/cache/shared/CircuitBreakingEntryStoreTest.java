package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class CircuitBreakingEntryStoreTest {
  private static final EntryKey ENTRY_KEY = new EntryKey("kms-agent", "secret", "field");
  private static final EntryKey OTHER = new EntryKey("kms-agent", "other", "field");
  private static final Duration LIFE = Duration.ofMinutes(1);
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final FakeEntryStore inner = new FakeEntryStore(time, Runnable::run);
  private final Means means = new Means(time.timing(), Runnable::run, new SecureRandom(), events);
  private final CircuitBreakingEntryStore store = new CircuitBreakingEntryStore(inner, means);
  private final List<Boolean> heard = new ArrayList<>();

  @BeforeEach
  void listen() {
    store.add(
        () -> {
          heard.add(store.isAvailable());
          return Stages.DONE;
        });
  }

  private void ask(int times) {
    for (var i = 0; i < times; i++) {
      assertThat(result(store.read(ENTRY_KEY))).isNotNull();
    }
  }

  private List<SharedCacheCalled> told() {
    return events.of(SharedCacheCalled.class);
  }

  private void assertIsAvailable(boolean expected) {
    assertThat(store.isAvailable()).isEqualTo(expected);
    assertThat(heard).endsWith(expected);
    assertThat(events.of(SharedCacheAlone.class)).endsWith(new SharedCacheAlone(!expected));
  }

  @Nested
  class As_a_store implements EntryStoreContract {
    @Override
    public EntryStore store() {
      return store;
    }
  }

  @Test
  void every_exchange_is_published_by_what_it_is_for() {
    var entry = EntryStoreContract.entry(1);
    Stream.of(
            store.read(ENTRY_KEY),
            store.write(ENTRY_KEY, entry, LIFE),
            store.revoke(ENTRY_KEY, entry, LIFE, RevokeCondition.ALWAYS),
            store.discard(ENTRY_KEY, entry),
            store.claim(ENTRY_KEY, "one", LIFE),
            store.release(ENTRY_KEY, "one"))
        .forEach(exchange -> assertThat(exchange.toCompletableFuture()).isCompleted());
    assertThat(told())
        .extracting(SharedCacheCalled::operation)
        .containsExactly(
            SharedCacheOperation.READ,
            SharedCacheOperation.WRITE,
            SharedCacheOperation.WRITE,
            SharedCacheOperation.WRITE,
            SharedCacheOperation.LEASE,
            SharedCacheOperation.LEASE);
    assertThat(told())
        .extracting(SharedCacheCalled::outcome)
        .containsOnly(new SharedCacheOutcome.Done());
    assertThat(time.waiting()).isZero();
    assertThat(heard).isEmpty();
  }

  @Test
  void the_cause_of_a_failure_is_published_and_how_long_it_took() {
    inner.fail(Cause.FULL);
    inner.meanwhile(() -> time.advance(Duration.ofMillis(7)));
    ask(1);
    var failure = new SharedCacheOutcome.Failed(Cause.FULL, "It is to fail.");
    assertThat(told())
        .containsExactly(
            new SharedCacheCalled(SharedCacheOperation.READ, failure, Duration.ofMillis(7)));
  }

  @ParameterizedTest
  @CsvSource({"FF., 1", "............, 5", "..F..F..F..F..F, 2"})
  void it_is_left_alone_once_half_of_the_last_ten_exchanges_failed_at_least_three(
      String before, int more) {
    for (var i = 0; i < before.length(); i++) {
      var isFailure = before.charAt(i) == 'F';
      inner.fail(_ -> isFailure ? Cause.TIMEOUT : null);
      ask(1);
    }
    assertThat(store.isAvailable()).isTrue();
    inner.forget();
    inner.fail(Cause.TIMEOUT);
    ask(100);
    assertThat(inner.calls()).hasSize(more);
    assertIsAvailable(false);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"FORBIDDEN", "FULL", "READ_ONLY", "CLOCK", "ERROR"})
  void a_store_that_refuses_goes_on_being_asked(Cause cause) {
    inner.fail(cause);
    ask(100);
    assertThat(store.isAvailable()).isTrue();
    inner.fail(Cause.TIMEOUT);
    ask(10);
    inner.fail(cause);
    time.advance(PROBE_INTERVAL);
    assertIsAvailable(true);
    assertThat(time.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"FORBIDDEN", "FULL", "READ_ONLY", "CLOCK", "ERROR"})
  void three_requests_find_out_that_it_fails_whatever_the_cause(Cause cause) {
    inner.fail(cause);
    ask(100);
    assertThat(inner.calls()).hasSize(3);
    assertThat(told()).hasSize(3);
    assertIsAvailable(false);
    time.advance(PROBE_INTERVAL);
    assertIsAvailable(false);
    assertThat(time.waiting()).isEqualTo(1);
  }

  @Nested
  class While_the_store_is_left_alone {
    @BeforeEach
    void fail() {
      inner.fail(Cause.UNREACHABLE);
      ask(3);
    }

    @Test
    void nothing_is_asked_of_it_and_it_is_probed_once_a_second_and_by_no_request() {
      assertThat(result(store.claim(ENTRY_KEY, "one", LIFE)))
          .isEqualTo(new StoreResult.Skipped<>());
      time.advance(PROBE_INTERVAL.minusNanos(1));
      ask(100);
      assertThat(inner.calls()).hasSize(3);
      time.advance(Duration.ofNanos(1));
      assertThat(inner.calls()).hasSize(4);
      time.advance(PROBE_INTERVAL.multipliedBy(59));
      assertThat(inner.calls()).hasSize(63);
      assertThat(told()).hasSize(3);
    }

    @Test
    void a_probe_finds_out_that_it_is_back_and_it_is_forgiven_all_failures_before() {
      time.advance(PROBE_INTERVAL.multipliedBy(2));
      inner.succeed();
      time.advance(PROBE_INTERVAL);
      assertIsAvailable(true);
      assertThat(time.waiting()).isZero();
      inner.fail(Cause.TIMEOUT);
      ask(2);
      assertThat(store.isAvailable()).isTrue();
      ask(1);
      assertThat(heard).containsExactly(false, true, false);
    }

    @Test
    void a_probe_that_ends_in_a_bug_is_repeated() {
      inner.fail(
          _ -> {
            throw new ClassCastException("a bug");
          });
      time.advance(PROBE_INTERVAL);
      inner.succeed();
      assertIsAvailable(false);
      time.advance(PROBE_INTERVAL);
      assertIsAvailable(true);
    }
  }

  /** As one node of a cluster may. */
  @Test
  void a_probe_asks_for_the_place_that_failed_last() {
    inner.fail(key -> key.equals(ENTRY_KEY) ? Cause.TIMEOUT : null);
    ask(1);
    inner.fail(key -> key.equals(OTHER) ? Cause.NOT_READY : null);
    for (var i = 0; i < 2; i++) {
      assertThat(result(store.read(OTHER))).isInstanceOf(StoreResult.Failed.class);
    }
    time.advance(PROBE_INTERVAL.multipliedBy(10));
    assertIsAvailable(false);
    inner.succeed();
    time.advance(PROBE_INTERVAL);
    assertIsAvailable(true);
  }

  /** Requests that began before come to their end one after the other. */
  @Test
  void of_many_requests_that_fail_at_once_one_causes_a_probe() {
    inner.meanwhile(
        () -> {
          inner.fail(Cause.TIMEOUT);
          ask(10);
        });
    ask(1);
    assertThat(time.waiting()).isEqualTo(1);
    assertThat(heard).containsExactly(false);
  }
}
