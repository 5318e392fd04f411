package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedMapTest {
  private static final Instant NOW = Instant.EPOCH;

  private final BoundedMap<Integer, String> memory = new BoundedMap<>(10);

  @Test
  void an_entry_is_found_until_its_end() {
    memory.put(1, "one", NOW.plusSeconds(5), NOW);
    assertThat(memory.find(1, NOW.plusMillis(4999))).contains("one");
    assertThat(memory.find(1, NOW.plusSeconds(5))).isEmpty();
  }

  @Test
  void what_is_forgotten_is_gone() {
    memory.put(1, "one", NOW.plusSeconds(5), NOW);
    memory.remove(1);
    assertThat(memory.find(1, NOW)).isEmpty();
  }

  @Test
  void it_never_holds_more_than_its_bound() {
    IntStream.range(0, 1000).forEach(i -> memory.put(i, "x", NOW.plusSeconds(5), NOW));
    assertThat(memory.size()).isEqualTo(10);
    assertThat(memory.find(999, NOW)).contains("x");
  }

  @Test
  void ended_notes_make_room_before_living_ones_do() {
    memory.put(0, "alive", NOW.plusSeconds(60), NOW);
    IntStream.range(1, 10).forEach(i -> memory.put(i, "short", NOW.plusSeconds(1), NOW));
    var later = NOW.plusSeconds(2);
    memory.put(10, "new", later.plusSeconds(1), later);
    assertThat(memory.size()).isEqualTo(2);
    assertThat(memory.find(0, later)).contains("alive");
  }
}
