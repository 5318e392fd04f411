package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.testkit.RecordingEvents;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What is told of how copies are kept the same as their originals. */
class CoherenceTrackerTest {
  private final FakeEntryStore store = new FakeEntryStore();
  private final RecordingEvents events = new RecordingEvents();
  private final CoherenceTracker tracker = new CoherenceTracker(store, events);

  private List<Coherence> told() {
    return events.of(CoherenceChanged.class).stream().map(CoherenceChanged::to).toList();
  }

  @Test
  void until_it_is_known_copies_are_looked_at_again() {
    assertThat(tracker.current()).isEqualTo(Coherence.DELAYED);
    assertThat(told()).isEmpty();
  }

  @Test
  void each_change_is_told_in_order() {
    tracker.connected();
    store.setAvailable(false);
    store.setAvailable(true);
    tracker.lost();
    assertThat(told())
        .containsExactly(
            Coherence.IMMEDIATE, Coherence.DISCONNECTED, Coherence.IMMEDIATE, Coherence.DELAYED);
  }

  @Test
  void nothing_is_told_twice() {
    tracker.connected();
    tracker.connected();
    tracker.lost();
    tracker.lost();
    store.setAvailable(true);
    assertThat(told()).containsExactly(Coherence.IMMEDIATE, Coherence.DELAYED);
  }

  @Test
  void a_feed_that_is_lost_while_the_store_is_not_asked_is_told_of_once_it_is() {
    tracker.connected();
    store.setAvailable(false);
    tracker.lost();
    store.setAvailable(true);
    assertThat(told())
        .containsExactly(Coherence.IMMEDIATE, Coherence.DISCONNECTED, Coherence.DELAYED);
  }

  @Test
  void a_gap_and_a_flush_each_begin_an_era() {
    var first = tracker.epoch();
    tracker.connected();
    var second = tracker.epoch();
    tracker.changedAll();
    assertThat(second).isGreaterThan(first);
    assertThat(tracker.epoch()).isGreaterThan(second);
  }

  @Test
  void whoever_causes_the_changes_no_two_in_a_row_are_the_same() {
    try (var threads = Executors.newFixedThreadPool(2)) {
      threads.execute(() -> repeat(tracker::connected, tracker::lost));
      threads.execute(
          () -> repeat(() -> store.setAvailable(false), () -> store.setAvailable(true)));
    }
    var all = told();
    for (var i = 1; i < all.size(); i++) {
      assertThat(all.get(i)).isNotEqualTo(all.get(i - 1));
    }
    assertThat(all).endsWith(tracker.current());
  }

  private static void repeat(Runnable one, Runnable other) {
    for (var i = 0; i < 2_000; i++) {
      one.run();
      other.run();
    }
  }
}
