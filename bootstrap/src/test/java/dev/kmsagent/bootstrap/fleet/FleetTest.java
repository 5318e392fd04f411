package dev.kmsagent.bootstrap.fleet;

import static java.util.Objects.requireNonNull;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.fleet.Fleet.Flights;
import dev.kmsagent.bootstrap.fleet.FleetTable.Row;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Ten thousand agents with twenty secrets each. Without {@code -Dfleet.full} a tenth of them, on a
 * tenth of the quotas: chance weighs more there, so that the figures are a little worse.
 */
@Tag("simulation")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetTest {
  /**
   * What an account has on the shared gateway of a region for GetSecretValue and DescribeSecret
   * together: https://help.aliyun.com/zh/kms/product-overview/performance-data. It cannot be
   * raised.
   */
  static final CallQuota SHARED_GATEWAY = CallQuota.perSecond(450);

  /** An instance that gives a thousand secrets a second; it is sold by such a figure. */
  private static final CallQuota INSTANCE = CallQuota.perSecond(1000);

  static final CallQuota STS = CallQuota.perMinute(500);

  /** As if KMS granted no more than STS. */
  private static final CallQuota STRICT = CallQuota.perMinute(500);

  private static final int AGENTS = 10_000;
  private static final int AGENTS_PER_CACHE = 200;
  private static final boolean FULL = System.getProperty("fleet.full") != null;
  private static final int PARTS = FULL ? 1 : 10;
  private static final int SAMPLE = 50;

  private static final Fleet DEFAULTS =
      new Fleet(AGENTS, "", Flights.SINGLE, 1, SHARED_GATEWAY, STS);
  private static final Fleet SHARED =
      new Fleet(AGENTS, "", Flights.SINGLE, AGENTS_PER_CACHE, SHARED_GATEWAY, STS);

  private final Map<String, Row> rows = new LinkedHashMap<>();

  private static Map<String, Fleet> fleets() {
    var fleets = new LinkedHashMap<String, Fleet>();
    fleets.put("defaults", DEFAULTS);
    fleets.put("without jitter", with("Cache.TtlJitterRatio = 0.0"));
    fleets.put("without refresh-ahead", with("Cache.RefreshAheadRatio = 1.0"));
    fleets.put(
        "without single flight",
        new Fleet(AGENTS, "", Flights.ONE_A_THREAD, 1, SHARED_GATEWAY, STS));
    fleets.put("a cache for 200 agents", SHARED);
    fleets.put("`TtlSeconds = 900`", with("Cache.TtlSeconds = 900"));
    fleets.put(
        "half as many agents", new Fleet(AGENTS / 2, "", Flights.SINGLE, 1, SHARED_GATEWAY, STS));
    fleets.put("defaults, an instance", DEFAULTS.withKms(INSTANCE));
    fleets.put("defaults, strict", DEFAULTS.withKms(STRICT));
    fleets.put("a cache for 200 agents, strict", SHARED.withKms(STRICT));
    return fleets;
  }

  private static Fleet with(String settings) {
    return new Fleet(AGENTS, settings, Flights.SINGLE, 1, SHARED_GATEWAY, STS);
  }

  @BeforeAll
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void simulate() {
    var got = reports(fleets().values().stream().map(fleet -> fleet.dividedBy(PARTS)));
    var wanting = reports(fleets().values().stream().map(FleetTest::sample));
    fleets()
        .forEach(
            (name, fleet) -> {
              var part = fleet.dividedBy(PARTS);
              var wanted = requireNonNull(wanting.get(sample(fleet))).kmsPerMinute();
              var report = requireNonNull(got.get(part));
              rows.put(name, new Row(name, part, wanted * SAMPLE / PARTS, report));
            });
  }

  /** Few agents that KMS grants all they want. */
  private static Fleet sample(Fleet fleet) {
    return fleet.dividedBy(SAMPLE).withKms(CallQuota.NONE);
  }

  private static Map<Fleet, FleetReport> reports(Stream<Fleet> fleets) {
    return fleets.distinct().parallel().collect(toMap(identity(), Fleet::run));
  }

  private FleetReport report(String name) {
    return requireNonNull(rows.get(name)).got();
  }

  @Test
  void no_fleet_fails_a_read_of_what_it_has() {
    assertThat(rows.values())
        .allSatisfy(row -> assertThat(row.got().failedReads()).as(row.name()).isZero());
  }

  @Test
  void no_read_waits_longer_than_the_patience_with_a_lapsed_value() {
    assertThat(rows.values())
        .allSatisfy(
            row ->
                assertThat(row.got().longestWait())
                    .as(row.name())
                    .isLessThanOrEqualTo(Duration.ofMillis(500)));
  }

  @Test
  void where_the_quota_of_kms_is_enough_hardly_a_call_is_throttled() {
    for (var name :
        List.of(
            "a cache for 200 agents",
            "`TtlSeconds = 900`",
            "half as many agents",
            "defaults, an instance")) {
      assertThat(report(name).throttledShare()).as(name).isLessThan(0.02);
      assertThat(report(name).staleShare()).as(name).isLessThan(0.02);
    }
  }

  @Test
  void where_it_is_not_the_agents_slow_down_until_few_calls_are_throttled() {
    var report = report("defaults");
    assertThat(report.throttledShare()).isLessThan(0.12);
    assertThat(report.kmsPerMinute() * (1 - report.throttledShare()))
        .isGreaterThan(0.85 * 60 * SHARED_GATEWAY.calls() / PARTS);
  }

  @Test
  void without_single_flight_each_thread_calls_kms() {
    var single = requireNonNull(rows.get("defaults")).wantedPerMinute();
    var each = requireNonNull(rows.get("without single flight")).wantedPerMinute();
    assertThat(each / single).isBetween(1.9, 2.1);
  }

  @Test
  void the_page_on_fleets_says_so() {
    FleetPage.verify(
        FULL ? "ten thousand agents" : "a tenth", FleetTable.of(List.copyOf(rows.values())));
  }
}
