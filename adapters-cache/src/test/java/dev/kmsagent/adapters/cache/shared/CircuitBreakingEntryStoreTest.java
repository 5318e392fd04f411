package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class CircuitBreakingEntryStoreTest {
  private static final EntryKey ENTRY_KEY = new EntryKey("hash", "field", "lease");
  private static final EntryKey OTHER = new EntryKey("other hash", "field", "other lease");
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeEntryStore inner = new FakeEntryStore();
  private final CircuitBreakingEntryStore store = new CircuitBreakingEntryStore(inner, time);
  private final List<Boolean> heard = new ArrayList<>();

  @BeforeEach
  void listen() {
    store.onAvailabilityChange(() -> heard.add(store.isAvailable()));
  }

  private void ask(int times) {
    for (var i = 0; i < times; i++) {
      assertThat(result(store.read(ENTRY_KEY))).isNotNull();
    }
  }

  /** How often the store behind was asked to do something. */
  private int asked(String what) {
    return Collections.frequency(inner.calls(), what);
  }

  @Nested
  class While_the_store_answers {
    @Test
    void it_is_asked() {
      assertThat(result(store.ping(ENTRY_KEY))).isInstanceOf(StoreResult.Answered.class);
      assertThat(store.isAvailable()).isTrue();
      assertThat(inner.calls()).containsExactly("ping");
    }

    @Test
    void nothing_is_done_in_the_background() {
      ask(100);
      assertThat(time.waiting()).isZero();
      assertThat(heard).isEmpty();
    }

    @Test
    void a_failure_now_and_then_is_borne() {
      for (var i = 0; i < 100; i++) {
        inner.succeed();
        ask(2);
        inner.fail(Cause.TIMEOUT);
        ask(1);
      }
      assertThat(store.isAvailable()).isTrue();
    }

    @Test
    void a_success_after_two_failures_is_no_third() {
      inner.fail(Cause.TIMEOUT);
      ask(2);
      inner.succeed();
      ask(1);
      assertThat(store.isAvailable()).isTrue();
      inner.fail(Cause.TIMEOUT);
      ask(3);
      assertThat(store.isAvailable()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
        mode = Mode.INCLUDE,
        names = {"FORBIDDEN", "FULL", "READ_ONLY", "CLOCK", "ERROR"})
    void it_goes_on_being_asked_though_it_does_not_do_it(Cause cause) {
      inner.fail(cause);
      ask(100);
      assertThat(store.isAvailable()).isTrue();
      assertThat(asked("read")).isEqualTo(100);
    }
  }

  @Nested
  class Once_the_store_fails {
    @ParameterizedTest
    @EnumSource(
        mode = Mode.EXCLUDE,
        names = {"FORBIDDEN", "FULL", "READ_ONLY", "CLOCK", "ERROR"})
    void three_requests_find_out_whatever_the_cause(Cause cause) {
      inner.fail(cause);
      ask(100);
      assertThat(store.isAvailable()).isFalse();
      assertThat(asked("read")).isEqualTo(3);
    }

    @Test
    void five_find_out_after_it_answered_for_long() {
      ask(100);
      inner.fail(Cause.TIMEOUT);
      ask(100);
      assertThat(asked("read")).isEqualTo(105);
    }

    @Test
    void listeners_are_told_once() {
      inner.fail(Cause.UNREACHABLE);
      ask(100);
      assertThat(heard).containsExactly(false);
    }
  }

  @Nested
  class While_the_store_is_left_alone {
    @BeforeEach
    void fail() {
      inner.fail(Cause.UNREACHABLE);
      ask(3);
    }

    @Test
    void nothing_is_asked_of_it() {
      assertThat(result(store.read(ENTRY_KEY))).isEqualTo(new StoreResult.Skipped<>());
      assertThat(result(store.claim(ENTRY_KEY, "one", Duration.ofSeconds(1))))
          .isEqualTo(new StoreResult.Skipped<>());
      assertThat(result(store.release(ENTRY_KEY, "one"))).isEqualTo(new StoreResult.Skipped<>());
      assertThat(result(store.ping(ENTRY_KEY))).isEqualTo(new StoreResult.Skipped<>());
      assertThat(inner.calls()).hasSize(3);
    }

    @Test
    void it_is_probed_once_a_second() {
      time.advance(PROBE_INTERVAL.minusNanos(1));
      assertThat(asked("ping")).isZero();
      time.advance(Duration.ofNanos(1));
      assertThat(asked("ping")).isEqualTo(1);
      time.advance(PROBE_INTERVAL.multipliedBy(59));
      assertThat(asked("ping")).isEqualTo(60);
    }

    @Test
    void no_request_ever_probes() {
      inner.succeed();
      time.advance(PROBE_INTERVAL.minusNanos(1));
      ask(100);
      assertThat(store.isAvailable()).isFalse();
      assertThat(asked("read")).isEqualTo(3);
    }

    @Test
    void the_probe_finds_out_that_it_is_back() {
      time.advance(PROBE_INTERVAL.multipliedBy(2));
      inner.succeed();
      time.advance(PROBE_INTERVAL);
      assertThat(store.isAvailable()).isTrue();
      assertThat(heard).containsExactly(false, true);
      assertThat(result(store.read(ENTRY_KEY))).isInstanceOf(StoreResult.Answered.class);
      assertThat(time.waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
        mode = Mode.INCLUDE,
        names = {"FORBIDDEN", "FULL", "READ_ONLY", "CLOCK", "ERROR"})
    void a_refusal_is_an_answer_to_the_probe_too(Cause cause) {
      inner.fail(cause);
      time.advance(PROBE_INTERVAL);
      assertThat(store.isAvailable()).isTrue();
      assertThat(time.waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
        mode = Mode.EXCLUDE,
        names = {"FORBIDDEN", "FULL", "READ_ONLY", "CLOCK", "ERROR"})
    void another_failure_is_none(Cause cause) {
      inner.fail(cause);
      time.advance(PROBE_INTERVAL);
      assertThat(store.isAvailable()).isFalse();
      assertThat(time.waiting()).isEqualTo(1);
    }

    @Test
    void it_is_forgiven_all_failures_before() {
      inner.succeed();
      time.advance(PROBE_INTERVAL);
      inner.fail(Cause.TIMEOUT);
      ask(2);
      assertThat(store.isAvailable()).isTrue();
      ask(1);
      assertThat(store.isAvailable()).isFalse();
    }

    @Test
    void it_is_probed_no_more_once_it_is_closed() {
      store.close();
      time.advance(PROBE_INTERVAL.multipliedBy(10));
      assertThat(asked("ping")).isZero();
      assertThat(time.waiting()).isZero();
      assertThat(inner.isClosed()).isTrue();
    }
  }

  /** At once, or later. */
  @Test
  void a_probe_that_ends_in_a_bug_is_repeated() {
    var probes = new AtomicInteger();
    var throwing =
        new EntryStoreDecorator(inner) {
          @Override
          public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
            return switch (probes.incrementAndGet()) {
              case 1 -> throw new AssertionError("a bug");
              case 2 -> CompletableFuture.failedStage(new ClassCastException("a bug"));
              default -> super.ping(key);
            };
          }

          @Override
          protected <T> CompletionStage<StoreResult<T>> perform(
              SharedCacheOperation operation,
              EntryKey key,
              Supplier<CompletionStage<StoreResult<T>>> exchange) {
            return exchange.get();
          }
        };
    var breaking = new CircuitBreakingEntryStore(throwing, time);
    inner.fail(Cause.TIMEOUT);
    for (var i = 0; i < 3; i++) {
      assertThat(result(breaking.read(ENTRY_KEY))).isInstanceOf(StoreResult.Failed.class);
    }
    inner.succeed();
    time.advance(PROBE_INTERVAL.multipliedBy(2));
    assertThat(breaking.isAvailable()).isFalse();
    time.advance(PROBE_INTERVAL);
    assertThat(breaking.isAvailable()).isTrue();
  }

  /** As one node of a cluster may. */
  @Nested
  class When_the_store_fails_at_some_places {
    @Test
    void the_probe_asks_for_the_one_that_failed_last() {
      inner.failAt(ENTRY_KEY, Cause.TIMEOUT);
      ask(1);
      inner.failAt(OTHER, Cause.NOT_READY);
      for (var i = 0; i < 2; i++) {
        assertThat(result(store.read(OTHER))).isInstanceOf(StoreResult.Failed.class);
      }
      time.advance(PROBE_INTERVAL.multipliedBy(10));
      assertThat(store.isAvailable()).isFalse();
      inner.succeed();
      time.advance(PROBE_INTERVAL);
      assertThat(store.isAvailable()).isTrue();
    }
  }

  /** Requests that began before come to their end one after the other. */
  @Nested
  class When_many_requests_fail_at_once {
    @Test
    void there_is_one_probe() {
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
}
