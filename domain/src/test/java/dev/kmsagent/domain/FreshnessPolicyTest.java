package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FreshnessPolicyTest {
  private static final Instant READ = Instant.parse("2026-01-01T00:00:00Z");
  private static final Secret SECRET =
      new Secret(
          new SecretName("db"),
          new VersionId("v1"),
          List.of(Stage.CURRENT),
          DataType.TEXT,
          SecretValue.of("one"),
          Map.of());
  private static final Representation FORM = new Representation(new byte[] {1});

  private static CacheEntry entry(double jitter, double refreshAhead, double chance) {
    return policy(Duration.ofSeconds(100), jitter, refreshAhead).entry(SECRET, FORM, READ, chance);
  }

  private static FreshnessPolicy policy(Duration ttl, double jitter, double refreshAhead) {
    return new FreshnessPolicy(ttl, jitter, refreshAhead, Duration.ofHours(1));
  }

  @Test
  void an_entry_goes_through_its_life_in_order() {
    var entry = entry(0, 0.8, 0);
    assertThat(entry.freshness(READ)).isEqualTo(Freshness.FRESH);
    assertThat(entry.freshness(READ.plusSeconds(79))).isEqualTo(Freshness.FRESH);
    assertThat(entry.freshness(READ.plusSeconds(80))).isEqualTo(Freshness.REFRESH_DUE);
    assertThat(entry.freshness(READ.plusSeconds(100))).isEqualTo(Freshness.LAPSED);
    assertThat(entry.freshness(READ.plusSeconds(3699))).isEqualTo(Freshness.LAPSED);
    assertThat(entry.freshness(READ.plusSeconds(3700))).isEqualTo(Freshness.EXPIRED);
  }

  @Test
  void a_ratio_of_one_never_refreshes_ahead() {
    assertThat(entry(0, 1, 0).freshness(READ.plusMillis(99_999))).isEqualTo(Freshness.FRESH);
  }

  @Test
  void with_a_ttl_of_zero_nothing_is_fresh() {
    var entry = policy(Duration.ZERO, 0.1, 0.8).entry(SECRET, FORM, READ, 0.5);
    assertThat(entry.freshness(READ)).isEqualTo(Freshness.LAPSED);
  }

  @Property
  void jitter_only_ever_shortens_and_by_no_more_than_its_part(
      @ForAll @DoubleRange(max = 0.5) double jitter,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double chance) {
    var life = entry(jitter, 0.8, chance).timeToLive(READ);
    assertThat(life).isLessThanOrEqualTo(Duration.ofSeconds(100));
    assertThat(life.toNanos()).isGreaterThanOrEqualTo(Math.round(100e9 * (1 - jitter)) - 1);
  }

  @Property
  void the_dates_follow_each_other(
      @ForAll @IntRange(max = 86_400) int ttl,
      @ForAll @DoubleRange(max = 0.5) double jitter,
      @ForAll @DoubleRange(min = 0.1, max = 1) double refreshAhead,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double chance) {
    var entry =
        policy(Duration.ofSeconds(ttl), jitter, refreshAhead).entry(SECRET, FORM, READ, chance);
    assertThat(entry.refreshAt()).isBetween(READ, entry.freshUntil());
    assertThat(entry.staleUntil()).isEqualTo(entry.freshUntil().plusSeconds(3600));
  }

  @Test
  void an_entry_of_another_policy_is_no_better_than_this_one_allows() {
    var limited = policy(Duration.ofSeconds(10), 0, 0.8).limit(entry(0, 0.8, 0), READ);
    assertThat(limited.freshUntil()).isEqualTo(READ.plusSeconds(10));
    assertThat(limited.refreshAt()).isEqualTo(READ.plusSeconds(10));
    assertThat(limited.staleUntil()).isEqualTo(READ.plusSeconds(3610));
  }

  @Test
  void an_entry_of_another_policy_is_no_better_than_it_was() {
    var entry = entry(0, 0.8, 0);
    var policy = policy(Duration.ofSeconds(1000), 0, 0.8);
    assertThat(policy.limit(entry, READ.plusSeconds(1))).isEqualTo(entry);
  }

  @Test
  void an_entry_of_a_clock_that_is_ahead_is_no_better_than_if_it_was_read_when_it_came() {
    var limited =
        policy(Duration.ofSeconds(100), 0, 0.8).limit(entry(0, 0.8, 0), READ.minusSeconds(20));
    assertThat(limited.readAt()).isEqualTo(READ.minusSeconds(20));
    assertThat(limited.freshUntil()).isEqualTo(READ.plusSeconds(80));
    assertThat(limited.staleUntil()).isEqualTo(READ.plusSeconds(3680));
  }

  @Test
  void a_clock_that_was_set_back_gives_no_negative_age() {
    assertThat(entry(0, 0.8, 0).age(READ.minusSeconds(5))).isZero();
  }
}
