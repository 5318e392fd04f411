package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RetryingSecretSourceTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Set<Cause> HOPELESS =
      EnumSet.of(
          Cause.ACCOUNT,
          Cause.CREDENTIALS,
          Cause.CIRCUIT_OPEN,
          Cause.BULKHEAD_FULL,
          Cause.RATE_LIMITED,
          Cause.DEADLINE,
          Cause.NO_NEWER_VERSION,
          Cause.AUDIT);

  /** The greatest chance. */
  private static final double NEARLY_ONE = Math.nextDown(1.0);

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final SecretSource source = retrying(3, NEARLY_ONE);

  @Test
  void a_transient_failure_is_tried_again_until_it_is_over() {
    kms.failWith(Secrets.unreachable());
    var begun = time.instant();
    var stage = begin();
    kms.heal();
    kms.hold("app/db", "v1", "hunter2");
    time.advance(Duration.ofMillis(100));
    assertThat(TestCalls.outcome(stage))
        .isInstanceOfSatisfying(
            Fetched.class,
            fetched -> assertThat(fetched.retriedAt()).contains(begun.plusMillis(100)));
    assertThat(kms.calls()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, 0.999999, '0 100 200 400 800 1600 2000 2000'",
    "UNREACHABLE, 0, '0 0 0 0 0 0 0 0'",
    "THROTTLED, 0.999999, '0 2000 2000 2000 2000 2000 2000 2000'",
    "THROTTLED, 0, '0 1000 1000 1000 1000 1000 1000 1000'"
  })
  void pauses_double_and_are_jittered_and_after_throttling_they_are_long(
      Cause cause, double chance, String pauses) {
    var times = new ArrayList<Instant>();
    SecretSource failing =
        (_, _) -> {
          times.add(time.instant());
          return CompletableFuture.completedStage(TestCalls.failed(cause));
        };
    new RetryingSecretSource(failing, 8, time.timing(() -> chance))
        .fetch(QUERY, time.instant().plus(AMPLE));
    time.advance(AMPLE);
    var waited =
        IntStream.range(0, times.size())
            .map(
                i ->
                    (int) Duration.between(times.get(Math.max(0, i - 1)), times.get(i)).toMillis());
    assertThat(waited.mapToObj(Integer::toString).collect(joining(" "))).isEqualTo(pauses);
  }

  @Test
  void no_attempt_is_waited_for_beyond_their_number_or_past_the_deadline() {
    kms.failWith(Secrets.unreachable());
    var once = retrying(1, NEARLY_ONE).fetch(QUERY, time.instant().plus(AMPLE));
    assertThat(TestCalls.outcome(once)).isEqualTo(Secrets.unreachable());
    var stage = source.fetch(QUERY, time.instant().plusMillis(100));
    assertThat(TestCalls.outcome(stage)).isEqualTo(Secrets.unreachable());
    assertThat(time.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void another_attempt_is_made_where_it_can_help(Cause cause) {
    kms.failWith(TestCalls.failed(cause));
    var stage = begin();
    time.advance(AMPLE);
    assertThat(TestCalls.outcome(stage)).isEqualTo(TestCalls.failed(cause));
    assertThat(kms.calls()).hasSize(HOPELESS.contains(cause) ? 1 : 3);
    assertThat(time.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"RATE_LIMITED", "BULKHEAD_FULL"})
  void where_a_limit_of_our_own_refuses_another_attempt_the_answer_is_what_kms_said_before(
      Cause limit) {
    kms.failWith(TestCalls.failed(Cause.THROTTLED));
    var stage = begin();
    kms.failWith(TestCalls.failed(limit));
    time.advance(AMPLE);
    assertThat(TestCalls.outcome(stage)).isEqualTo(TestCalls.failed(Cause.THROTTLED));
    assertThat(kms.calls()).hasSize(2);
  }

  @Test
  void what_is_permanent_is_not_tried_again() {
    kms.answerElse(Secrets.denied());
    assertThat(TestCalls.outcome(begin())).isEqualTo(Secrets.denied());
    kms.answerElse(TestCalls.IDENTITY_REFUSED);
    assertThat(TestCalls.outcome(begin())).isEqualTo(TestCalls.IDENTITY_REFUSED);
    assertThat(kms.calls()).hasSize(2);
  }

  private RetryingSecretSource retrying(int attempts, double chance) {
    return new RetryingSecretSource(kms, attempts, time.timing(() -> chance));
  }

  private CompletionStage<FetchOutcome> begin() {
    return source.fetch(QUERY, time.instant().plus(AMPLE));
  }
}
