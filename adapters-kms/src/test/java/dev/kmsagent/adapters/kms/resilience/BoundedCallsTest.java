package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent.KmsCalled;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BoundedCallsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration MOMENT = Duration.ofNanos(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final RecordingEvents events = new RecordingEvents();

  private BoundedCalls calls(BoundedCalls.Exchanges exchange) {
    return new BoundedCalls(exchange, READ_TIMEOUT, time.timing(), events);
  }

  private CompletionStage<FetchOutcome> begin(BoundedCalls calls, Duration left) {
    return calls.call(QUERY, TestCalls.KEY, time.instant().plus(left));
  }

  private CompletionStage<FetchOutcome> begin(BoundedCalls calls) {
    return begin(calls, AMPLE);
  }

  private static Cause cause(CompletionStage<FetchOutcome> stage) {
    return ((Unavailable) TestCalls.outcome(stage)).cause();
  }

  @Nested
  final class In_time {
    private final Deque<CompletableFuture<FetchOutcome>> exchanges = new ArrayDeque<>();
    private final BoundedCalls hanging =
        calls(
            (_, _) -> {
              exchanges.add(new CompletableFuture<>());
              return exchanges.getLast();
            });

    @ParameterizedTest
    @CsvSource({"PT5S, PT5S, DEADLINE", "PT0.3S, PT0.3S, DEADLINE", "PT5.1S, PT5S, TIMEOUT"})
    void an_exchange_is_broken_off_at_the_deadline_or_the_read_timeout(
        Duration left, Duration end, Cause cause) {
      var stage = begin(hanging, left);
      time.advance(end.minus(MOMENT));
      assertThat(stage.toCompletableFuture()).isNotDone();
      time.advance(MOMENT);
      assertThat(cause(stage)).isEqualTo(cause);
      assertThat(exchanges.getLast()).isDone();
    }

    @Test
    void past_the_deadline_kms_is_not_called_and_an_answer_leaves_no_timer_behind() {
      assertThat(cause(begin(hanging, Duration.ZERO))).isEqualTo(Cause.DEADLINE);
      assertThat(exchanges).isEmpty();
      assertThat(events.all()).isEmpty();
      begin(hanging);
      exchanges.getLast().complete(Secrets.gone());
      assertThat(time.waiting()).isZero();
    }
  }

  @Test
  void a_call_is_reported_with_its_outcome_and_duration_also_without_its_caller() {
    kms.hold("app/db", "v1", "hunter2");
    kms.latency(Duration.ofMillis(40));
    begin(calls(TestCalls.exchange(kms, time))).toCompletableFuture().cancel(true);
    time.advance(Duration.ofMillis(100));
    var outcome = new Fetched(Secrets.text("app/db", "v1", "hunter2"));
    assertThat(events.all())
        .containsExactly(new KmsCalled(QUERY, outcome, Duration.ofMillis(40), Optional.empty()));
    assertThat(events.all().toString()).doesNotContain("hunter2");
  }

  @Test
  void an_exception_is_an_outcome_that_does_not_quote_it() {
    BoundedCalls.Exchanges throwing =
        (_, _) -> {
          throw new IllegalStateException("confidential");
        };
    BoundedCalls.Exchanges failing =
        (_, _) -> CompletableFuture.failedFuture(new IllegalStateException("confidential"));
    for (var broken : new BoundedCalls.Exchanges[] {throwing, failing}) {
      assertThat(((Unavailable) TestCalls.outcome(begin(calls(broken)))).detail())
          .contains("IllegalStateException")
          .doesNotContain("confidential");
    }
  }
}
