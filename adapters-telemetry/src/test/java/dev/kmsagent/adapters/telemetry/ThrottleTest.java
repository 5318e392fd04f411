package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.Throttle.Admission;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ThrottleTest {
  private final VirtualTime time = new VirtualTime();
  private final Throttle throttle = new Throttle(time);

  private boolean admits(Object topic, int limit) {
    return throttle.admit(topic, limit).admitted();
  }

  @Test
  void the_next_half_minute_begins_anew() {
    admits("a", 1);
    time.advance(Duration.ofSeconds(30).minusNanos(1));
    assertThat(admits("a", 1)).isFalse();
    time.advance(Duration.ofNanos(1));
    assertThat(admits("a", 1)).isTrue();
  }

  @Test
  void the_next_line_has_the_number_of_those_that_were_suppressed() {
    IntStream.range(0, 5).forEach(_ -> admits("a", 2));
    time.advance(Duration.ofSeconds(30));
    assertThat(IntStream.range(0, 3).mapToObj(_ -> throttle.admit("a", 2)))
        .containsExactly(new Admission(true, 3), new Admission(true, 0), new Admission(false, 0));
  }

  @Test
  void too_many_topics_share_one_limit_and_the_others_keep_theirs() {
    IntStream.range(0, Throttle.MAX_TOPICS).forEach(topic -> admits(topic, 1));
    assertThat(IntStream.range(0, 10_000).filter(other -> admits("other " + other, 7)).count())
        .isEqualTo(7);
    time.advance(Duration.ofSeconds(30));
    assertThat(admits(0, 1)).isTrue();
  }

  @Test
  void many_threads_share_the_limit() {
    assertThat(IntStream.range(0, 10_000).parallel().filter(_ -> admits("a", 7)).count())
        .isEqualTo(7);
  }
}
