package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ThrottledLogTest {
  private final VirtualTime time = new VirtualTime();
  private final ThrottledLog log = new ThrottledLog(time, new CapturedLog().logger());

  @Test
  void the_first_lines_of_half_a_minute_are_admitted() {
    assertThat(IntStream.range(0, 5).mapToObj(_ -> log.admits("a", 2)))
        .containsExactly(true, true, false, false, false);
  }

  @Test
  void the_next_half_minute_begins_anew() {
    log.admits("a", 1);
    time.advance(Duration.ofSeconds(30).minusNanos(1));
    assertThat(log.admits("a", 1)).isFalse();
    time.advance(Duration.ofNanos(1));
    assertThat(log.admits("a", 1)).isTrue();
  }

  @Test
  void topics_do_not_count_for_each_other() {
    log.admits("a", 1);
    assertThat(log.admits("b", 1)).isTrue();
  }

  @Test
  void a_clock_that_was_set_back_silences_nothing() {
    Queue<Instant> clock =
        new ConcurrentLinkedQueue<>(
            List.of(VirtualTime.START, VirtualTime.START.minus(Duration.ofDays(1))));
    var turnedBack = new ThrottledLog(clock::remove, new CapturedLog().logger());
    assertThat(turnedBack.admits("a", 1)).isTrue();
    assertThat(turnedBack.admits("a", 1)).isTrue();
  }

  @Test
  void many_threads_share_the_limit() {
    assertThat(IntStream.range(0, 10_000).parallel().filter(_ -> log.admits("a", 7)).count())
        .isEqualTo(7);
  }
}
