package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.FreshnessDecision.Outlook;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FreshnessDecisionTest {
  private static final Instant READ_AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final CacheEntry ENTRY =
      new CacheEntry(
          new Secret(
              new SecretName("db"),
              new VersionId("v1"),
              List.of(Stage.CURRENT),
              DataType.TEXT,
              SecretValue.of("value"),
              Map.of()),
          new Representation(new byte[0]),
          READ_AT,
          READ_AT.plusSeconds(80),
          READ_AT.plusSeconds(100),
          READ_AT.plusSeconds(1000));

  /** Freshness, outlook, in flight, retry due; {@code *} stands for each value. */
  private static final String TABLE =
      """
      FRESH        *                 *      *      SERVE
      REFRESH_DUE  *                 false  true   SERVE_AND_REFRESH
      REFRESH_DUE  *                 false  false  SERVE
      REFRESH_DUE  *                 true   *      SERVE
      LAPSED       UNAVAILABLE       false  true   SERVE_STALE_AND_REFRESH
      LAPSED       UNAVAILABLE       false  false  SERVE_STALE
      LAPSED       UNAVAILABLE       true   *      SERVE_STALE
      LAPSED       ANSWERING         *      *      WAIT_OR_SERVE_STALE
      LAPSED       IDENTITY_REFUSED  *      *      WAIT
      EXPIRED      *                 *      *      FETCH
      """;

  record Case(Freshness freshness, History history, FreshnessDecision decision) {}

  record History(Outlook outlook, boolean inFlight, boolean retryDue)
      implements FreshnessDecision.Attempts {}

  static Stream<Case> table() {
    return TABLE.lines().map(line -> line.split(" +", -1)).flatMap(FreshnessDecisionTest::cases);
  }

  private static Stream<Case> cases(String[] row) {
    var cases = new ArrayList<Case>();
    for (var outlook : Outlook.values()) {
      for (var inFlight : List.of(true, false)) {
        for (var retryDue : List.of(true, false)) {
          if (matches(row[1], outlook) && matches(row[2], inFlight) && matches(row[3], retryDue)) {
            cases.add(
                new Case(
                    Freshness.valueOf(row[0]),
                    new History(outlook, inFlight, retryDue),
                    FreshnessDecision.valueOf(row[4])));
          }
        }
      }
    }
    return cases.stream();
  }

  private static boolean matches(String pattern, Object value) {
    return pattern.equals("*") || pattern.equals(value.toString());
  }

  private static Instant at(Freshness freshness) {
    return switch (freshness) {
      case FRESH -> READ_AT;
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
        .hasSize(Freshness.values().length * Outlook.values().length * 2 * 2);
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
    assertThat(FreshnessDecision.of(ENTRY, unasked, READ_AT)).isEqualTo(FreshnessDecision.SERVE);
  }

  @Nested
  class Dates_of_an_entry {
    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 0", "50, 50", "100, 100", "500, 100"})
    void end_its_ttl_early_when_it_is_made_to_lapse(long seconds, long end) {
      var lapsed = ENTRY.lapsed(READ_AT.plusSeconds(seconds));
      assertThat(Duration.between(READ_AT, lapsed.freshUntil())).hasSeconds(end);
      assertThat(lapsed.staleUntil()).isEqualTo(ENTRY.staleUntil());
    }
  }

  @Nested
  class After_a_failed_read {
    private final Instant lapsed = ENTRY.freshUntil();

    @Test
    void the_entry_is_served_stale_while_kms_is_unavailable() {
      var unavailable = new Unavailable(Unavailable.Cause.TIMEOUT, "", "No answer.");
      assertThat(FreshnessDecision.allowsStale(ENTRY, unavailable, lapsed)).isTrue();
      assertThat(FreshnessDecision.allowsStale(ENTRY, unavailable, ENTRY.staleUntil())).isFalse();
    }

    @Test
    void the_entry_is_not_served_against_a_refusal() {
      var error = new KmsError(404, "Forbidden.ResourceNotFound", "No.", "");
      var refused = new Refused(error, Refused.Scope.SECRET);
      var identity = new IdentityRefused("SignatureDoesNotMatch", "No.");
      assertThat(FreshnessDecision.allowsStale(ENTRY, refused, lapsed)).isFalse();
      assertThat(FreshnessDecision.allowsStale(ENTRY, identity, lapsed)).isFalse();
    }
  }
}
