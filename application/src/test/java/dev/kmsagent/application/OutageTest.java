package dev.kmsagent.application;

import static dev.kmsagent.application.Bench.TTL;
import static dev.kmsagent.application.Bench.assertFound;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageTest {
  private static final List<String> NAMES =
      IntStream.range(0, 20).mapToObj(i -> "secret-" + i).toList();

  private final Bench bench = new Bench();

  @BeforeEach
  void read_every_secret_once() {
    NAMES.forEach(name -> bench.source.hold(name, "v1", name));
    NAMES.forEach(bench::read);
  }

  /** Reads every secret every ten seconds. */
  private void live(Duration time, CacheState state) {
    for (var left = time; left.isPositive(); left = left.minusSeconds(10)) {
      NAMES.forEach(name -> assertFound(bench.read(name), name, state));
      bench.time.advance(Duration.ofSeconds(10));
    }
  }

  @Test
  void a_day_without_kms_fails_no_read_and_calls_it_seldom() {
    bench.time.advance(TTL);
    bench.source.failWith(Secrets.unreachable());
    var before = bench.calls();
    live(Duration.ofHours(23), CacheState.STALE);
    var perSecretAndMinute = (bench.calls() - before) / (20.0 * 23 * 60);
    assertThat(perSecretAndMinute).isBetween(0.5, 3.0);
  }

  @Test
  void in_quiet_times_each_secret_is_read_once_in_its_refresh_interval() {
    var before = bench.calls();
    live(Duration.ofHours(24), CacheState.HIT);
    assertThat(bench.calls() - before).isEqualTo(NAMES.size() * (24 * 60 / 4 - 1));
  }
}
