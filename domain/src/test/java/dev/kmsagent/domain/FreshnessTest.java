package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.FreshnessDecision.Outlook;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FreshnessTest {
  private static final Instant READ = Instant.parse("2026-01-01T00:00:00Z");
  private static final Secret SECRET =
      new Secret(
          new SecretName("db"),
          new VersionId("v1"),
          List.of(Stage.CURRENT),
          DataType.TEXT,
          new ConfidentialText("one"),
          Map.of());
  private static final Representation FORM = new Representation(new byte[] {1});

  private static final CacheEntry ENTRY = entry(0, 0.8, 0);

  /** Freshness, outlook, may refresh; {@code *} stands for each value. */
  private static final String TABLE =
      """
      FRESH        *                 *      SERVE
      REFRESH_DUE  *                 true   SERVE_AND_REFRESH
      REFRESH_DUE  *                 false  SERVE
      LAPSED       UNAVAILABLE       true   SERVE_STALE_AND_REFRESH
      LAPSED       UNAVAILABLE       false  SERVE_STALE
      LAPSED       ANSWERING         *      WAIT_OR_SERVE_STALE
      LAPSED       IDENTITY_REFUSED  *      WAIT
      EXPIRED      *                 *      FETCH
      """;

  record Case(Freshness freshness, History history, FreshnessDecision decision) {}

  record History(Outlook outlook, boolean mayRefresh) implements FreshnessDecision.Attempts {}

  static Stream<Case> table() {
    return TABLE.lines().map(line -> line.split(" +", -1)).flatMap(FreshnessTest::cases);
  }

  private static Stream<Case> cases(String[] row) {
    var cases = new ArrayList<Case>();
    for (var outlook : Outlook.values()) {
      for (var mayRefresh : List.of(true, false)) {
        if (matches(row[1], outlook) && matches(row[2], mayRefresh)) {
          cases.add(
              new Case(
                  Freshness.valueOf(row[0]),
                  new History(outlook, mayRefresh),
                  FreshnessDecision.valueOf(row[3])));
        }
      }
    }
    return cases.stream();
  }

  private static CacheEntry entry(double jitter, double refreshAhead, double chance) {
    return policy(Duration.ofSeconds(100), jitter, refreshAhead).entry(SECRET, FORM, READ, chance);
  }

  private static FreshnessPolicy policy(Duration ttl, double jitter, double refreshAhead) {
    return new FreshnessPolicy(ttl, jitter, refreshAhead, Duration.ofHours(1));
  }

  private static boolean matches(String pattern, Object value) {
    return pattern.equals("*") || pattern.equals(value.toString());
  }

  private static Instant at(Freshness freshness) {
    return switch (freshness) {
      case FRESH -> READ;
      case REFRESH_DUE -> ENTRY.refreshAt();
      case LAPSED -> ENTRY.freshUntil();
      case EXPIRED -> ENTRY.staleUntil();
    };
  }

  @ParameterizedTest
  @MethodSource("table")
  void each_case_has_its_decision(Case row) {
    var decision = FreshnessDecision.of(ENTRY, row.history(), at(row.freshness()));
    assertThat(decision).isEqualTo(row.decision());
  }

  @Test
  void the_table_has_every_case_once_and_every_decision() {
    var cases = table().map(row -> List.of(row.freshness(), row.history())).toList();
    assertThat(cases)
        .doesNotHaveDuplicates()
        .hasSize(Freshness.values().length * Outlook.values().length * 2);
    assertThat(table().map(Case::decision)).contains(FreshnessDecision.values());
  }

  @Test
  void a_fresh_entry_is_served_without_a_look_at_the_attempts() {
    var unasked =
        (FreshnessDecision.Attempts)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {FreshnessDecision.Attempts.class},
                (_, method, _) -> {
                  throw new AssertionError(method);
                });
    assertThat(FreshnessDecision.of(ENTRY, unasked, READ)).isEqualTo(FreshnessDecision.SERVE);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", "0, 0", "50, 50", "100, 100", "500, 100"})
  void an_entry_that_is_made_to_lapse_ends_its_ttl_early(long seconds, long end) {
    var lapsed = ENTRY.lapsed(READ.plusSeconds(seconds));
    assertThat(Duration.between(READ, lapsed.freshUntil())).hasSeconds(end);
    assertThat(lapsed.staleUntil()).isEqualTo(ENTRY.staleUntil());
  }

  @ParameterizedTest
  @CsvSource({
    "0, FRESH",
    "79, FRESH",
    "80, REFRESH_DUE",
    "99, REFRESH_DUE",
    "100, LAPSED",
    "3699, LAPSED",
    "3700, EXPIRED",
  })
  void an_entry_goes_through_its_life_in_order(long second, Freshness freshness) {
    assertThat(ENTRY.freshness(READ.plusSeconds(second))).isEqualTo(freshness);
  }

  @Test
  void a_ratio_of_one_never_refreshes_ahead() {
    assertThat(entry(0, 1, 0).freshness(READ.plusMillis(99_999))).isEqualTo(Freshness.FRESH);
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

  @Nested
  class Around_a_rotation {
    private final FreshnessPolicy policy = policy(Duration.ofMinutes(10), 0.1, 0.8);

    private CacheEntry read(long secondsBefore, double chance) {
      var around = policy.around(READ.plusSeconds(secondsBefore), READ);
      return around.entry(SECRET, FORM, READ, chance);
    }

    /** The seconds to the rotation, and those for which the entry is fresh at least and at most. */
    @ParameterizedTest
    @CsvSource({
      "100000, 540, 600",
      "600, 540, 600",
      "599, 599, 600",
      "580, 580, 600",
      "100, 100, 160",
      "0, 0, 60",
      "-1, 9, 10",
      "-20, 18, 20",
      "-300, 270, 300",
      "-100000, 540, 600",
    })
    void an_entry_is_fresh_until_it_or_while_it_is_awaited(long rotation, long least, long most) {
      assertThat(read(rotation, 0).timeToLive(READ)).isEqualTo(Duration.ofSeconds(most));
      var shortest = read(rotation, 1).timeToLive(READ).toMillis();
      assertThat(shortest).isBetween(least * 1000 - 1, least * 1000 + 1);
    }

    @Test
    void a_date_out_of_reach_changes_nothing() {
      assertThat(policy.around(Instant.MAX, READ)).isEqualTo(policy);
      assertThat(policy.around(Instant.MIN, READ)).isEqualTo(policy);
    }

    @Test
    void nothing_is_refreshed_ahead_of_it() {
      var entry = read(100, 0.5);
      assertThat(entry.refreshAt()).isEqualTo(entry.freshUntil());
    }

    @Property
    void it_only_ever_shortens(
        @ForAll @IntRange(max = 1000) int ttl,
        @ForAll @IntRange(min = -2000, max = 2000) int rotation,
        @ForAll @DoubleRange(max = 1, maxIncluded = false) double chance) {
      var around = policy(Duration.ofSeconds(ttl), 0, 0.8).around(READ.plusSeconds(rotation), READ);
      var entry = around.entry(SECRET, FORM, READ, chance);
      assertThat(entry.timeToLive(READ)).isBetween(Duration.ZERO, Duration.ofSeconds(ttl));
    }
  }

  @ParameterizedTest
  @CsvSource({
    ", , ",
    "2026-01-01T00:00:00Z, , ",
    ", 2026-01-08T00:00:00Z, 2026-01-08T00:00:00Z",
    "2026-01-01T00:00:00Z, 2026-01-08T00:00:00Z, 2026-01-08T00:00:00Z",
    "2026-01-08T00:00:00Z, 2026-01-08T00:00:00Z, ",
    "2026-01-09T00:00:00Z, 2026-01-08T00:00:00Z, ",
    "someday, 2026-01-08T00:00:00Z, 2026-01-08T00:00:00Z",
    "2026-01-01T00:00:00Z, 2026-01-08, ",
  })
  void a_rotation_is_awaited_until_it_is_done(String last, String next, Instant awaited) {
    var dates = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    Optional.ofNullable(last).ifPresent(it -> dates.put(SecretAttribute.LAST_ROTATION_DATE, it));
    Optional.ofNullable(next).ifPresent(it -> dates.put(SecretAttribute.NEXT_ROTATION_DATE, it));
    var secret =
        new Secret(
            SECRET.name(), SECRET.version(), SECRET.stages(), DataType.TEXT, SECRET.value(), dates);
    assertThat(secret.nextRotation()).isEqualTo(Optional.ofNullable(awaited));
  }

  @Test
  void an_entry_of_another_policy_is_no_better_than_this_one_allows_and_than_it_was() {
    var limited = policy(Duration.ofSeconds(10), 0, 0.8).limit(ENTRY, READ);
    assertThat(limited.freshUntil()).isEqualTo(READ.plusSeconds(10));
    assertThat(limited.refreshAt()).isEqualTo(READ.plusSeconds(10));
    assertThat(limited.staleUntil()).isEqualTo(READ.plusSeconds(3610));
    var policy = policy(Duration.ofSeconds(1000), 0, 0.8);
    assertThat(policy.limit(ENTRY, READ.plusSeconds(1))).isEqualTo(ENTRY);
  }

  @Test
  void an_entry_of_a_clock_that_is_ahead_is_no_better_than_if_it_was_read_when_it_came() {
    var limited = policy(Duration.ofSeconds(100), 0, 0.8).limit(ENTRY, READ.minusSeconds(20));
    assertThat(limited.readAt()).isEqualTo(READ.minusSeconds(20));
    assertThat(limited.freshUntil()).isEqualTo(READ.plusSeconds(80));
    assertThat(limited.staleUntil()).isEqualTo(READ.plusSeconds(3680));
  }

  @Test
  void a_clock_that_was_set_back_gives_no_negative_age() {
    assertThat(ENTRY.age(READ.minusSeconds(5))).isZero();
  }
}
