package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static dev.kmsagent.testkit.SecretSourceContract.SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class DeadlineSecretSourceTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final SecretSource source = new DeadlineSecretSource(kms, time, time);

  @Test
  void a_source_that_never_ends_ends_at_the_deadline_and_not_before() {
    var guarded = new DeadlineSecretSource((_, _) -> new CompletableFuture<>(), time, time);
    var stage = guarded.fetch(QUERY, VirtualTime.START.plus(AMPLE));
    time.advance(AMPLE.minusNanos(1));
    assertThat(stage.toCompletableFuture()).isNotDone();
    time.advance(Duration.ofNanos(1));
    assertThat(Failing.outcome(stage))
        .isInstanceOfSatisfying(
            Unavailable.class, late -> assertThat(late.cause()).isEqualTo(Cause.DEADLINE));
  }

  @Test
  void past_the_deadline_nothing_is_asked() {
    kms.hold("app/db", "v1", "hunter2");
    var outcome = Failing.outcome(source.fetch(QUERY, VirtualTime.START));
    assertThat(outcome).isInstanceOf(Unavailable.class);
    assertThat(kms.calls()).isEmpty();
  }

  @Test
  void an_answer_in_time_leaves_no_timer_behind() {
    kms.hold("app/db", "v1", "hunter2");
    kms.latency(SHORT);
    source.fetch(QUERY, VirtualTime.START.plus(AMPLE));
    time.advance(SHORT);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void an_exception_of_the_source_becomes_an_outcome_that_does_not_quote_it() {
    for (var broken : new SecretSource[] {Failing.throwing(), Failing.completingExceptionally()}) {
      var guarded = new DeadlineSecretSource(broken, time, time);
      assertThat(Failing.outcome(guarded.fetch(QUERY, VirtualTime.START.plus(AMPLE))))
          .isInstanceOfSatisfying(
              Unavailable.class,
              outcome ->
                  assertThat(outcome.detail())
                      .contains("IllegalStateException")
                      .doesNotContain("confidential"));
    }
  }
}
