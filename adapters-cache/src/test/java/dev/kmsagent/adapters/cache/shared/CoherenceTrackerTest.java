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
  private final CoherenceTracker watch = new CoherenceTracker(store, events);

  private List<Coherence> told() {
    return events.of(CoherenceChanged.class).stream().map(CoherenceChanged::to).toList();
  }

  @Test
  void until_it_is_known_copies_are_looked_at_again() {
    assertThat(watch.coherence()).isEqualTo(Coherence.DELAYED);
    assertThat(told()).isEmpty();
  }

  @Test
  void each_change_is_told_in_order() {
    watch.told();
    store.setAsked(false);
    store.setAsked(true);
    watch.lost();
    assertThat(told())
        .containsExactly(
            Coherence.IMMEDIATE, Coherence.DISCONNECTED, Coherence.IMMEDIATE, Coherence.DELAYED);
  }

  @Test
  void nothing_is_told_twice() {
    watch.told();
    watch.told();
    watch.lost();
    watch.lost();
    store.setAsked(true);
    assertThat(told()).containsExactly(Coherence.IMMEDIATE, Coherence.DELAYED);
  }

  @Test
  void a_feed_that_is_lost_while_the_store_is_not_asked_is_told_of_once_it_is() {
    watch.told();
    store.setAsked(false);
    watch.lost();
    store.setAsked(true);
    assertThat(told())
        .containsExactly(Coherence.IMMEDIATE, Coherence.DISCONNECTED, Coherence.DELAYED);
  }

  @Test
  void a_gap_and_a_flush_each_begin_an_era() {
    var first = watch.epoch();
    watch.told();
    var second = watch.epoch();
    watch.changedAll();
    assertThat(second).isGreaterThan(first);
    assertThat(watch.epoch()).isGreaterThan(second);
  }

  @Test
  void whoever_causes_the_changes_no_two_in_a_row_are_the_same() {
    try (var threads = Executors.newFixedThreadPool(2)) {
      threads.execute(() -> repeat(watch::told, watch::lost));
      threads.execute(() -> repeat(() -> store.setAsked(false), () -> store.setAsked(true)));
    }
    var all = told();
    for (var i = 1; i < all.size(); i++) {
      assertThat(all.get(i)).isNotEqualTo(all.get(i - 1));
    }
    assertThat(all).endsWith(watch.coherence());
  }

  private static void repeat(Runnable one, Runnable other) {
    for (var i = 0; i < 2_000; i++) {
      one.run();
      other.run();
    }
  }
}
