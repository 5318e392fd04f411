package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FairRateTest {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final FairRate<String> rate = new FairRate<>(WINDOW, 4, 10, key -> key.charAt(0));
  private Instant now = Instant.EPOCH;

  private long admitted(String key, int wanted) {
    return IntStream.range(0, wanted).filter(_ -> rate.admits(key, now)).count();
  }

  @Test
  void is_bounded_for_a_key_and_for_its_group() {
    assertThat(admitted("a1", 10)).isEqualTo(4);
    assertThat(admitted("a2", 10)).isEqualTo(1);
    assertThat(admitted("b1", 10)).isEqualTo(3);
  }

  @Test
  void frees_each_use_when_the_window_has_passed_since() {
    admitted("a1", 2);
    now = now.plusSeconds(5);
    admitted("a1", 10);
    now = now.plusSeconds(5);

    assertThat(admitted("a1", 10)).isEqualTo(2);
    assertThat(admitted("a2", 10)).isEqualTo(1);
  }

  @Test
  void counts_nothing_when_it_is_only_asked() {
    IntStream.range(0, 20).forEach(_ -> assertThat(rate.hasRoom("a1", now)).isTrue());
    admitted("a1", 4);

    assertThat(rate.hasRoom("a1", now)).isFalse();
    assertThat(rate.hasRoom("b1", now)).isTrue();
  }

  @Test
  void counts_nothing_that_is_not_admitted() {
    admitted("a1", 100);
    now = now.plus(WINDOW);

    assertThat(admitted("a1", 100)).isEqualTo(4);
  }

  @Test
  void is_not_used_up_by_one_group_for_the_first_of_any_other() {
    for (int i = 0; i < 100; i++) {
      now = now.plusSeconds(1);
      IntStream.range(0, 10).forEach(key -> admitted("a" + key, 10));
      assertThat(rate.admits("" + (char) ('b' + i % 20), now)).isTrue();
    }
  }
}
