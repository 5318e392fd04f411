package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class FairSharesTest {
  private final FairShares<String> shares = FairShares.ofMany(100);

  private static long acquire(FairShares<String> from, String group, int wanted) {
    return IntStream.range(0, wanted).filter(_ -> from.tryAcquire(group)).count();
  }

  @Test
  void of_one_group_are_all_of_them() {
    assertThat(acquire(FairShares.ofOne(100), "a", 200)).isEqualTo(100);
  }

  @Test
  void leave_half_to_who_comes_next_and_then_a_third() {
    assertThat(acquire(shares, "a", 200)).isEqualTo(50);
    assertThat(acquire(shares, "b", 200)).isEqualTo(33);
    assertThat(acquire(shares, "c", 200)).isEqualTo(17);
  }

  @Test
  void become_equal_once_those_above_their_share_have_released() {
    assertThat(acquire(shares, "a", 50)).isEqualTo(50);
    assertThat(acquire(shares, "b", 50)).isEqualTo(33);
    IntStream.range(0, 50).forEach(_ -> shares.release("a"));

    assertThat(acquire(shares, "a", 50)).isEqualTo(33);
  }

  @Test
  void have_a_bound_however_many_groups_come() {
    assertThat(IntStream.range(0, 1000).filter(i -> shares.tryAcquire("g" + i)).count())
        .isEqualTo(200);
  }

  @Property
  void keep_their_rules_whatever_is_acquired_and_released(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int max) {
    var random = new SplittableRandom(seed);
    var fair = FairShares.<Integer>ofMany(max);
    Map<Integer, Integer> held = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      var group = random.nextInt(max);
      int own = held.getOrDefault(group, 0);
      if (own > 0 && random.nextBoolean()) {
        fair.release(group);
        held.merge(group, -1, (one, other) -> one + other == 0 ? null : one + other);
      } else if (fair.tryAcquire(group)) {
        held.merge(group, 1, Integer::sum);
        assertThat(own).as("a share").isLessThan(Math.max(1, max / 2));
      } else {
        assertThat(own).as("what a group has that gets no more").isPositive();
      }
      assertThat(held.values().stream().mapToInt(it -> it).sum()).isLessThan(2 * max);
    }
  }
}
