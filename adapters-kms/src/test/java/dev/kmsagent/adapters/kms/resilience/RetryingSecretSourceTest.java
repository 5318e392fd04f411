package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RetryingSecretSourceTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final SecretSource source = new RetryingSecretSource(kms, 3, Chance.HIGHEST, time, time);

  @Test
  void a_transient_failure_is_tried_again_until_it_is_over() {
    kms.failWith(Secrets.unreachable());
    var begun = time.instant();
    var stage = begin();
    kms.heal();
    kms.hold("app/db", "v1", "hunter2");
    time.advance(Duration.ofMillis(100));
    assertThat(Failing.outcome(stage))
        .isInstanceOfSatisfying(
            Fetched.class,
            fetched -> assertThat(fetched.retriedAt()).contains(begun.plusMillis(100)));
    assertThat(kms.calls()).hasSize(2);
  }

  @Test
  void no_more_attempts_are_made_than_allowed() {
    kms.failWith(Secrets.unreachable());
    var stage = begin();
    time.advance(AMPLE);
    assertThat(Failing.outcome(stage)).isEqualTo(Secrets.unreachable());
    assertThat(kms.calls()).hasSize(3);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void the_pause_doubles() {
    kms.failWith(Secrets.unreachable());
    begin();
    time.advance(Duration.ofMillis(99));
    assertThat(kms.calls()).hasSize(1);
    time.advance(Duration.ofMillis(1));
    assertThat(kms.calls()).hasSize(2);
    time.advance(Duration.ofMillis(199));
    assertThat(kms.calls()).hasSize(2);
    time.advance(Duration.ofMillis(1));
    assertThat(kms.calls()).hasSize(3);
  }

  @Test
  void an_attempt_that_could_only_begin_past_the_deadline_is_not_waited_for() {
    kms.failWith(Secrets.unreachable());
    var stage = source.fetch(QUERY, time.instant().plusMillis(100));
    assertThat(Failing.outcome(stage)).isEqualTo(Secrets.unreachable());
    assertThat(time.waiting()).isZero();
  }

  @Test
  void one_attempt_means_no_retry() {
    kms.failWith(Secrets.unreachable());
    var once = new RetryingSecretSource(kms, 1, Chance.HIGHEST, time, time);
    var stage = once.fetch(QUERY, time.instant().plus(AMPLE));
    assertThat(Failing.outcome(stage)).isEqualTo(Secrets.unreachable());
  }

  @ParameterizedTest
  @EnumSource(
      value = Cause.class,
      names = {
        "ACCOUNT",
        "CREDENTIALS",
        "CIRCUIT_OPEN",
        "BULKHEAD_FULL",
        "RATE_LIMITED",
        "DEADLINE",
        "AUDIT"
      })
  void what_another_attempt_cannot_help_is_not_tried_again(Cause cause) {
    kms.failWith(Failing.of(cause));
    assertThat(Failing.outcome(begin())).isEqualTo(Failing.of(cause));
  }

  @ParameterizedTest
  @EnumSource(
      value = Cause.class,
      names = {
        "ACCOUNT",
        "CREDENTIALS",
        "CIRCUIT_OPEN",
        "BULKHEAD_FULL",
        "RATE_LIMITED",
        "DEADLINE",
        "AUDIT"
      },
      mode = EnumSource.Mode.EXCLUDE)
  void every_other_transient_failure_is(Cause cause) {
    kms.failWith(Failing.of(cause));
    begin();
    time.advance(AMPLE);
    assertThat(kms.calls()).hasSize(3);
  }

  @Test
  void where_the_rate_limit_refuses_another_attempt_the_answer_is_what_kms_said_before() {
    kms.failWith(Failing.of(Cause.THROTTLED));
    var stage = begin();
    kms.failWith(Failing.of(Cause.RATE_LIMITED));
    time.advance(AMPLE);
    assertThat(Failing.outcome(stage)).isEqualTo(Failing.of(Cause.THROTTLED));
    assertThat(kms.calls()).hasSize(2);
  }

  @Test
  void what_is_permanent_is_not_tried_again() {
    kms.answerElse(Secrets.denied());
    assertThat(Failing.outcome(begin())).isEqualTo(Secrets.denied());
    kms.answerElse(Failing.identity());
    assertThat(Failing.outcome(begin())).isEqualTo(Failing.identity());
    assertThat(kms.calls()).hasSize(2);
  }

  private CompletionStage<FetchOutcome> begin() {
    return source.fetch(QUERY, time.instant().plus(AMPLE));
  }
}
