package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ReportingEntryStoreTest {
  private static final EntryKey ENTRY_KEY = new EntryKey("hash", "field", "lease");
  private static final Envelope ENVELOPE = new Envelope(new byte[] {1});
  private static final Duration LIFE = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final FakeEntryStore inner = new FakeEntryStore();
  private final EntryStore store = new ReportingEntryStore(inner, time, events);

  @Nested
  class As_a_store implements EntryStoreContract {
    @Override
    public EntryStore store() {
      return store;
    }
  }

  private void doEverything() {
    assertThat(
            List.of(
                result(store.read(ENTRY_KEY)),
                result(store.write(ENTRY_KEY, ENVELOPE, LIFE)),
                result(store.revoke(ENTRY_KEY, ENVELOPE, LIFE, EntryStore.RevokeCondition.ALWAYS)),
                result(store.discard(ENTRY_KEY, ENVELOPE)),
                result(store.claim(ENTRY_KEY, "one", LIFE)),
                result(store.release(ENTRY_KEY, "one"))))
        .allSatisfy(reply -> assertThat(reply).isInstanceOf(StoreResult.Answered.class));
  }

  private List<SharedCacheCalled> told() {
    return events.of(SharedCacheCalled.class);
  }

  @Test
  void every_exchange_is_told_by_what_it_is_for() {
    doEverything();
    assertThat(told())
        .extracting(SharedCacheCalled::operation)
        .containsExactly(
            SharedCacheOperation.READ,
            SharedCacheOperation.WRITE,
            SharedCacheOperation.WRITE,
            SharedCacheOperation.WRITE,
            SharedCacheOperation.LEASE,
            SharedCacheOperation.LEASE);
  }

  @Test
  void what_was_done_is_told_as_done() {
    doEverything();
    assertThat(told())
        .extracting(SharedCacheCalled::outcome)
        .containsOnly(new SharedCacheOutcome.Done());
  }

  @Test
  void a_failure_is_told_with_its_cause() {
    inner.fail(Cause.FULL);
    assertThat(result(store.write(ENTRY_KEY, ENVELOPE, LIFE)))
        .isInstanceOf(StoreResult.Failed.class);
    assertThat(told())
        .extracting(SharedCacheCalled::outcome)
        .containsExactly(new SharedCacheOutcome.Failed(Cause.FULL, "It is to fail."));
  }

  @Test
  void it_is_told_how_long_it_took() {
    inner.meanwhile(() -> time.advance(Duration.ofMillis(7)));
    assertThat(result(store.read(ENTRY_KEY))).isInstanceOf(StoreResult.Answered.class);
    assertThat(told()).extracting(SharedCacheCalled::took).containsExactly(Duration.ofMillis(7));
  }

  @Test
  void what_was_not_asked_is_not_told() {
    inner.fail(Cause.TIMEOUT);
    var breaking = new CircuitBreakingEntryStore(inner, time);
    var reporting = new ReportingEntryStore(breaking, time, events);
    for (var i = 0; i < 10; i++) {
      assertThat(result(reporting.read(ENTRY_KEY))).isNotNull();
    }
    assertThat(told()).hasSize(3);
  }

  @Test
  void a_probe_is_not_told() {
    assertThat(result(store.ping(ENTRY_KEY))).isInstanceOf(StoreResult.Answered.class);
    assertThat(events.all()).isEmpty();
  }

  @Test
  void whether_it_is_asked_is_what_the_store_behind_says() {
    var heard = new AtomicInteger();
    store.onAvailabilityChange(heard::incrementAndGet);
    inner.setAvailable(false);
    assertThat(store.isAvailable()).isFalse();
    assertThat(heard).hasValue(1);
  }

  @Test
  void closing_it_closes_the_store_behind() {
    store.close();
    assertThat(inner.isClosed()).isTrue();
  }
}
