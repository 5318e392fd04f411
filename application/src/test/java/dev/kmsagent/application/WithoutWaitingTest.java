package dev.kmsagent.application;

import static dev.kmsagent.application.Bench.MAX_STALE;
import static dev.kmsagent.application.Bench.TTL;
import static dev.kmsagent.application.Bench.assertFound;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.ReadEvent;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader gets for whom there is no place to wait in. */
class WithoutWaitingTest {
  private final Bench bench = new Bench();

  @BeforeEach
  void read_once() {
    bench.source.hold("db", "v1", "one");
    bench.read("db");
    bench.source.hold("db", "v2", "two");
    bench.source.latency(Duration.ofSeconds(1));
  }

  private Optional<Found> ask() {
    return bench.retrieval.findWithoutWaiting(Secrets.current("db"));
  }

  @Test
  void a_fresh_value_starts_nothing() {
    assertFound(ask().orElseThrow(), "one", CacheState.HIT);
    assertThat(bench.calls()).isEqualTo(1);
  }

  @Test
  void a_value_near_its_end_is_a_hit_and_is_renewed_once() {
    bench.time.advance(Duration.ofMinutes(4));
    assertFound(ask().orElseThrow(), "one", CacheState.HIT);
    assertFound(ask().orElseThrow(), "one", CacheState.HIT);
    bench.time.advance(Duration.ofSeconds(1));
    assertFound(ask().orElseThrow(), "two", CacheState.HIT);
    assertThat(bench.calls()).isEqualTo(2);
  }

  @Test
  void a_lapsed_value_stands_in_at_once_and_is_renewed() {
    bench.time.advance(TTL);
    assertFound(ask().orElseThrow(), "one", CacheState.STALE);
    bench.time.advance(Duration.ofSeconds(1));
    assertFound(ask().orElseThrow(), "two", CacheState.HIT);
  }

  @Test
  void a_lapsed_value_does_not_stand_in_for_an_identity_that_is_refused() {
    bench.time.advance(TTL);
    bench.source.latency(Duration.ZERO);
    bench.source.failWith(new IdentityRefused("SignatureDoesNotMatch", "No."));
    bench.read("db");
    assertThat(ask()).isEmpty();
  }

  @Test
  void what_is_past_its_bound_or_was_never_read_is_not_given_and_not_asked_for() {
    bench.time.advance(MAX_STALE.plus(TTL));
    assertThat(ask()).isEmpty();
    assertThat(bench.retrieval.findWithoutWaiting(Secrets.current("unknown"))).isEmpty();
    assertThat(bench.calls()).isEqualTo(1);
  }

  @Test
  void it_is_reported_as_any_other_read() {
    var found = ask().orElseThrow();
    assertThat(bench.events.all())
        .last()
        .isEqualTo(new ReadEvent.SecretRead(Secrets.current("db"), found, Duration.ZERO));
  }
}
