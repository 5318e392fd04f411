package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class BulkheadSecretSourceTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Duration LATENCY = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);

  @Nested
  final class With_room_for_two {
    private final SecretSource narrow = new BulkheadSecretSource(kms, 2);

    @Test
    void the_third_call_at_once_is_turned_away_without_waiting() {
      kms.latency(LATENCY);
      begin(narrow);
      begin(narrow);
      assertThat(Failing.outcome(begin(narrow))).extracting("cause").isEqualTo(Cause.BULKHEAD_FULL);
      assertThat(kms.calls()).hasSize(2);
    }

    @Test
    void a_call_that_ended_makes_room() {
      kms.latency(LATENCY);
      begin(narrow);
      begin(narrow);
      time.advance(LATENCY);
      kms.latency(Duration.ZERO);
      assertThat(Failing.outcome(begin(narrow))).isInstanceOf(Refused.class);
    }

    @Test
    void a_call_that_its_caller_turned_away_from_holds_its_room_until_it_ends() {
      kms.latency(LATENCY);
      begin(narrow).toCompletableFuture().cancel(true);
      begin(narrow).toCompletableFuture().cancel(true);
      assertThat(Failing.outcome(begin(narrow))).extracting("cause").isEqualTo(Cause.BULKHEAD_FULL);
      time.advance(LATENCY);
      assertThat(begin(narrow).toCompletableFuture()).isNotDone();
    }

    @Test
    void who_sees_the_outcome_finds_the_room_free() {
      var single = new BulkheadSecretSource(kms, 1);
      kms.latency(LATENCY);
      var second = begin(single).thenCompose(_ -> begin(single));
      time.advance(LATENCY.multipliedBy(2));
      assertThat(Failing.outcome(second)).isInstanceOf(Refused.class);
    }
  }

  @Test
  void a_source_that_throws_gives_its_room_back() {
    var single = new BulkheadSecretSource(Failing.throwing(), 1);
    begin(single);
    assertThat(Failing.outcome(begin(single))).extracting("cause").isEqualTo(Cause.UNREADABLE);
  }

  private CompletionStage<FetchOutcome> begin(SecretSource to) {
    return to.fetch(QUERY, time.instant().plus(AMPLE));
  }
}
