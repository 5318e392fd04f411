package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedMapTest {
  private static final Instant NOW = Instant.EPOCH;

  private final BoundedMap<Integer, String> memory = new BoundedMap<>(10);

  @Test
  void it_never_holds_more_than_its_bound() {
    IntStream.range(0, 1000).forEach(i -> memory.put(i, "x", NOW.plusSeconds(5)));
    assertThat(IntStream.range(0, 1000).filter(i -> memory.find(i, NOW).isPresent()).toArray())
        .containsExactly(IntStream.range(990, 1000).toArray());
  }

  @Test
  void when_it_is_full_the_entry_that_was_put_first_makes_room() {
    IntStream.range(0, 10).forEach(i -> memory.put(i, "old", NOW.plusSeconds(5)));
    memory.put(0, "put again", NOW.plusSeconds(5));
    memory.put(10, "new", NOW.plusSeconds(5));
    assertThat(memory.find(1, NOW)).isEmpty();
    assertThat(memory.find(0, NOW)).contains("put again");
    assertThat(memory.find(2, NOW)).contains("old");
  }

  @Test
  void what_was_removed_counts_no_more() {
    IntStream.range(0, 10).forEach(i -> memory.put(i, "old", NOW.plusSeconds(5)));
    memory.remove(5);
    memory.put(10, "new", NOW.plusSeconds(5));
    assertThat(memory.find(0, NOW)).contains("old");
  }
}
