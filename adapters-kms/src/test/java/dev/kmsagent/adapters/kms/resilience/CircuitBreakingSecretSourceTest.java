package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CircuitBreakingSecretSourceTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Duration OPEN_FOR = Duration.ofSeconds(15);

  /** Resilience4j lets the moment itself pass. */
  private static final Duration JUST_PAST_IT = OPEN_FOR.plusNanos(1);

  private static final Duration LATENCY = Duration.ofSeconds(1);
  private static final Set<Cause> NEVER_REACHED =
      EnumSet.of(
          Cause.CREDENTIALS,
          Cause.CIRCUIT_OPEN,
          Cause.BULKHEAD_FULL,
          Cause.RATE_LIMITED,
          Cause.NO_NEWER_VERSION,
          Cause.AUDIT);

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final RecordingEvents events = new RecordingEvents();
  private final SecretSource source =
      new CircuitBreakingSecretSource(
          kms,
          CircuitBreakingSecretSource.breaker(
              new KmsConfig.CircuitBreaker(true, OPEN_FOR), time, events));

  @Nested
  final class Closed {
    @Test
    void it_opens_when_half_of_enough_calls_failed() {
      kms.failWith(Secrets.unreachable());
      fetch(2);
      kms.heal();
      kms.hold("app/db", "v1", "hunter2");
      fetch(2);
      assertThat(events.all()).isEmpty();
      kms.failWith(Secrets.unreachable());
      fetch(1);
      assertThat(events.all())
          .containsExactly(new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN));
    }

    @ParameterizedTest
    @EnumSource
    void a_transient_failure_counts_unless_kms_was_never_reached(Cause cause) {
      kms.failWith(TestCalls.failed(cause));
      fetch(5);
      assertThat(events.all()).hasSize(NEVER_REACHED.contains(cause) ? 0 : 1);
      kms.failWith(Secrets.unreachable());
      fetch(4);
      assertThat(events.all()).hasSize(NEVER_REACHED.contains(cause) ? 0 : 1);
    }

    @Test
    void refusals_and_missing_secrets_never_open_it() {
      kms.answerElse(Secrets.gone());
      fetch(20);
      kms.answerElse(Secrets.denied());
      fetch(20);
      kms.answerElse(TestCalls.IDENTITY_REFUSED);
      fetch(20);
      assertThat(events.all()).isEmpty();
    }
  }

  @Test
  void while_it_is_open_kms_is_not_asked_until_after_its_time_a_good_call_closes_it() {
    open();
    var asked = kms.calls().size();
    assertThat(fetch()).extracting("cause").isEqualTo(Cause.CIRCUIT_OPEN);
    assertThat(kms.calls()).hasSize(asked);
    kms.heal();
    kms.hold("app/db", "v1", "hunter2");
    time.advance(JUST_PAST_IT);
    assertThat(fetch()).isInstanceOf(Fetched.class);
    assertThat(events.all())
        .containsExactly(
            new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN),
            new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN),
            new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED));
  }

  @Nested
  final class Half_open {
    @Test
    void no_more_than_the_trial_calls_go_through() {
      halfOpen();
      kms.latency(LATENCY);
      var trial = begin();
      assertThat(fetch()).extracting("cause").isEqualTo(Cause.CIRCUIT_OPEN);
      time.advance(LATENCY);
      assertThat(TestCalls.outcome(trial)).isEqualTo(Secrets.gone());
    }

    @Test
    void a_trial_call_that_its_caller_turned_away_from_is_judged_nevertheless() {
      halfOpen();
      kms.latency(LATENCY);
      begin().toCompletableFuture().cancel(true);
      assertThat(events.all()).hasSize(2);
      time.advance(LATENCY);
      assertThat(events.all())
          .last()
          .isEqualTo(new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED));
    }

    @Test
    void a_trial_call_that_never_reached_kms_gives_its_place_to_the_next() {
      halfOpen();
      kms.failWith(TestCalls.failed(Cause.BULKHEAD_FULL));
      fetch();
      kms.heal();
      assertThat(fetch()).isEqualTo(Secrets.gone());
    }

    private void halfOpen() {
      open();
      kms.heal();
      time.advance(JUST_PAST_IT);
    }
  }

  private void open() {
    kms.failWith(Secrets.unreachable());
    fetch(5);
  }

  private CompletionStage<FetchOutcome> begin() {
    return source.fetch(QUERY, time.instant().plus(AMPLE));
  }

  private FetchOutcome fetch() {
    return TestCalls.outcome(begin());
  }

  private void fetch(int times) {
    IntStream.range(0, times).forEach(_ -> fetch());
  }
}
