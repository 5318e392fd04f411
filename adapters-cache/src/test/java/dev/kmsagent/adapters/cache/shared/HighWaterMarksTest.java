package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The dates are those of calls to KMS, by the store's clock and by the agent's. */
class HighWaterMarksTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final HighWaterMarks marks = new HighWaterMarks(1);

  private static Instant second(int number) {
    return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number);
  }

  @Test
  void a_call_that_began_before_the_last_mark_and_ended_after_it_does_not_lower_it() {
    assertThat(marks.received(QUERY, second(2), second(3))).contains(second(3));
    marks.read(QUERY, second(1), second(1));
    assertThat(marks.latest(Set.of(QUERY))).contains(second(2));
    assertThat(marks.received(QUERY, second(1), second(4))).isEmpty();
  }

  @Test
  void a_call_that_began_after_the_last_mark_counts_although_the_clock_of_the_store_was_set_back() {
    marks.read(QUERY, second(100), second(1));
    marks.read(QUERY, second(2), second(2));
    assertThat(marks.latest(Set.of(QUERY))).contains(second(2));
  }

  @Test
  void what_is_received_twice_is_known_since_the_first_time() {
    assertThat(marks.received(QUERY, second(1), second(2))).contains(second(2));
    assertThat(marks.received(QUERY, second(1), second(9))).contains(second(2));
  }
}
