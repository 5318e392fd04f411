package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class NegativeCacheTest {
  private static final Instant NOW = VirtualTime.START;

  private final NegativeCache refusals = new NegativeCache(1000);

  private boolean has(String name) {
    return refusals.find(Secrets.current(name), NOW).isPresent();
  }

  @Test
  void guessed_names_displace_one_another_and_no_secret_that_was_cached() {
    refusals.add(Secrets.current("real"), Secrets.denied(), true, NOW);
    IntStream.range(0, 1000)
        .forEach(i -> refusals.add(Secrets.current("guess" + i), Secrets.denied(), false, NOW));

    assertThat(has("real")).isTrue();
    assertThat(IntStream.range(0, 1000).filter(i -> has("guess" + i)).count()).isEqualTo(200);
  }

  @Test
  void of_one_role_among_many_few_are_kept() {
    var policy = new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofHours(2));
    var settings =
        new RetrievalSettings(policy, Duration.ZERO, Duration.ZERO, 1000).ofOneAmong(100);
    var few = new NegativeCache(settings.cacheSize());
    for (var i = 0; i < 1000; i++) {
      few.add(Secrets.current("real" + i), Secrets.denied(), true, NOW);
      few.add(Secrets.current("guess" + i), Secrets.denied(), false, NOW);
    }

    var kept =
        IntStream.range(0, 1000)
            .boxed()
            .flatMap(i -> Stream.of("real" + i, "guess" + i))
            .filter(name -> few.find(Secrets.current(name), NOW).isPresent());

    assertThat(kept).hasSize(40);
  }

  @Test
  void a_secret_that_kms_gives_again_is_not_refused_any_more() {
    refusals.add(Secrets.current("real"), Secrets.denied(), true, NOW);
    refusals.add(Secrets.current("guess"), Secrets.denied(), false, NOW);

    refusals.remove(Secrets.current("real"));
    refusals.remove(Secrets.current("guess"));

    assertThat(has("real")).isFalse();
    assertThat(has("guess")).isFalse();
  }

  /** Putting it again makes it the last; what was removed counts no more. */
  @Test
  void what_was_put_first_makes_room_in_a_full_map() {
    var map = new BoundedMap<Integer, String>(10);
    IntStream.range(0, 10).forEach(i -> map.put(i, "old", NOW.plusSeconds(5)));
    map.put(0, "put again", NOW.plusSeconds(5));
    map.put(10, "new", NOW.plusSeconds(5));
    map.remove(5);
    map.put(11, "new", NOW.plusSeconds(5));

    assertThat(IntStream.range(0, 12).filter(i -> map.find(i, NOW).isPresent()))
        .containsExactly(0, 2, 3, 4, 6, 7, 8, 9, 10, 11);
    assertThat(map.find(0, NOW)).contains("put again");
  }

  @Test
  void of_secrets_that_were_cached_the_last_thousand_are_kept() {
    IntStream.range(0, 1500)
        .forEach(i -> refusals.add(Secrets.current("real" + i), Secrets.denied(), true, NOW));

    assertThat(IntStream.range(0, 1500).filter(i -> has("real" + i)).boxed())
        .hasSize(1000)
        .doesNotContain(499)
        .contains(500);
  }
}
