package dev.kmsagent.adapters.kms.credentials;

import static dev.kmsagent.adapters.kms.credentials.FakeIssuer.DOWN;
import static dev.kmsagent.adapters.kms.credentials.FakeIssuer.REFUSED;
import static dev.kmsagent.adapters.kms.credentials.FakeIssuer.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.event.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.event.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.event.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.event.CredentialEvent.PrincipalRestored;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.FakeDurableRecords;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future.State;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The holder of a key over an issuer that is told what to do, on virtual time. */
final class RefreshingCredentialsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Principal READER = new Principal("acs:ram::1:role/reader");
  private static final Principal WRITER = new Principal("acs:ram::1:role/writer");

  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final FakeIssuer issuer = new FakeIssuer(time);
  private final FakeDurableRecords records = new FakeDurableRecords(time, Duration.ofHours(24));
  private double chance = 0.5;
  private Duration clockOff = Duration.ZERO;
  private final RefreshingCredentials credentials = credentials(Runnable::run);

  private RefreshingCredentials credentials(Executor executor) {
    return credentials(issuer, executor);
  }

  private RefreshingCredentials credentials(KeyIssuer issuer, Executor executor) {
    var clocks = new Clocks(time, () -> time.instant().plus(clockOff));
    return new RefreshingCredentials(
        issuer, executor, new TimeSources(clocks, time, () -> chance), events, records);
  }

  /** An executor on which an attempt takes so long. */
  private Executor slow(Duration latency) {
    return task -> time.schedule(latency, task);
  }

  private Outcome obtain() {
    return now(credentials.obtain());
  }

  private Outcome renew(SigningKey refused) {
    return now(credentials.refresh(refused));
  }

  private static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().resultNow();
  }

  private static boolean isWaiting(CompletionStage<?> stage) {
    return stage.toCompletableFuture().state() == State.RUNNING;
  }

  private static NoSecret reason(Outcome outcome) {
    return assertThat(outcome).asInstanceOf(type(Outcome.Missing.class)).actual().reason();
  }

  private static Outcome obtained(int number) {
    return new Outcome.Obtained(key(number));
  }

  @Test
  void the_first_key_is_waited_for_by_all_in_one_attempt_and_its_renewal_by_nobody() {
    var slow = credentials(slow(Duration.ofSeconds(3)));
    var _ = slow.obtain();
    var first = slow.obtain();
    var second = slow.obtain();
    assertThat(isWaiting(first)).isTrue();
    time.advance(Duration.ofSeconds(3));
    assertThat(List.of(now(first), now(second))).containsOnly(obtained(1));
    assertThat(issuer.asked()).isEqualTo(1);
    time.advance(Duration.ofMinutes(39).plus(SECOND));
    assertThat(now(slow.obtain())).isEqualTo(obtained(1));
    time.advance(Duration.ofSeconds(3));
    assertThat(now(slow.obtain())).isEqualTo(obtained(2));
  }

  @Test
  void
      a_renewal_that_gives_the_same_key_is_tried_again_in_what_is_left_and_fails_once_it_is_over() {
    issuer.always(key(1), VirtualTime.START.plus(HOUR));
    var _ = credentials.obtain();
    time.advance(Duration.ofMinutes(59).minusMillis(1));
    assertThat(obtain()).isEqualTo(obtained(1));
    assertThat(events.all()).containsExactly(new CredentialsObtained(VirtualTime.START.plus(HOUR)));
    assertThat(issuer.askedAt())
        .startsWith(Duration.ZERO, Duration.ofMinutes(39), Duration.ofSeconds(3159));
    time.advance(MINUTE);
    assertThat(obtain()).isInstanceOf(Outcome.Missing.class);
    assertThat(events.of(CredentialsMissing.class)).isNotEmpty();
  }

  @Nested
  final class WhileTheIssuerFails {
    @Test
    void the_reason_is_told_at_once_and_attempts_come_ever_more_rarely_to_once_a_minute() {
      chance = 1;
      issuer.failWith(DOWN);
      assertThat(obtain()).isEqualTo(new Outcome.Missing(DOWN));
      assertThat(obtain()).isEqualTo(new Outcome.Missing(DOWN));
      time.advance(Duration.ofMinutes(4));
      assertThat(issuer.askedAt().stream().map(Duration::toSeconds))
          .containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L, 183L);
      assertThat(events.all())
          .startsWith(
              new CredentialsMissing(DOWN, SECOND),
              new CredentialsMissing(DOWN, Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @CsvSource({"PT1H, PT59M", "PT100S, PT90S"})
    void a_key_is_used_to_its_end_but_for_a_tenth_and_a_minute_at_most(
        Duration life, Duration usable) {
      issuer.life(life);
      var _ = credentials.obtain();
      issuer.failWith(DOWN);
      time.advance(usable.minusMillis(1));
      assertThat(obtain()).isEqualTo(obtained(1));
      time.advance(Duration.ofMillis(1));
      assertThat(obtain()).isEqualTo(new Outcome.Missing(DOWN));
    }

    @Test
    void
        it_is_told_until_when_the_key_goes_on_and_the_end_of_it_even_where_the_same_key_is_given() {
      issuer.always(key(1), VirtualTime.START.plus(HOUR));
      var _ = credentials.obtain();
      issuer.failWith(DOWN);
      time.advance(Duration.ofMinutes(39));
      assertThat(events.of(CredentialsNotRenewed.class))
          .singleElement()
          .satisfies(told -> assertThat(told.end()).isEqualTo(VirtualTime.START.plus(HOUR)));
      issuer.heal();
      time.advance(Duration.ofMinutes(10));
      assertThat(events.all().getLast())
          .isEqualTo(new CredentialsObtained(VirtualTime.START.plus(HOUR)));
    }

    @Test
    void who_has_a_good_key_asks_more_rarely_but_once_more_before_it_ends() {
      chance = 1;
      var _ = credentials.obtain();
      issuer.failWith(DOWN);
      time.advance(Duration.ofMinutes(59));
      assertThat(issuer.askedAt().getLast()).isGreaterThan(Duration.ofMinutes(58));
      assertThat(issuer.asked()).isLessThan(20);
    }

    @Test
    void a_key_that_is_over_when_it_is_issued_counts_as_none_and_replaces_no_good_one() {
      issuer.life(Duration.ZERO);
      assertThat(obtain()).isInstanceOf(Outcome.Missing.class);
      assertThat(credentials.principal()).isEmpty();
      issuer.life(HOUR);
      time.advance(SECOND);
      assertThat(obtain()).isEqualTo(obtained(2));
      issuer.life(SECOND.negated());
      time.advance(Duration.ofMinutes(45));
      assertThat(obtain()).isEqualTo(obtained(2));
    }

    @Test
    void an_exception_is_a_failure_and_is_not_quoted() {
      var throwing =
          credentials(
              () -> {
                throw new IllegalStateException("confidential");
              },
              Runnable::run);
      assertThat(reason(now(throwing.obtain())).toString())
          .contains("IllegalStateException")
          .doesNotContain("confidential");
    }

    @Test
    void an_attempt_that_hangs_is_broken_off_and_others_follow() {
      var hanging = credentials(_ -> {});
      var waiting = hanging.obtain();
      time.advance(Duration.ofSeconds(90));
      assertThat(reason(now(waiting))).isInstanceOf(Unavailable.class);
      time.advance(SECOND);
      assertThat(isWaiting(hanging.obtain())).isTrue();
    }
  }

  @Nested
  final class WhereKmsRefusesTheKey {
    @Test
    void those_who_were_refused_share_the_renewal() {
      var slow = credentials(slow(SECOND));
      var _ = slow.obtain();
      time.advance(SECOND);
      var first = slow.refresh(key(1));
      var second = slow.refresh(key(1));
      time.advance(SECOND);
      assertThat(List.of(now(first), now(second))).containsOnly(obtained(2));
      assertThat(issuer.asked()).isEqualTo(2);
    }

    @Test
    void one_that_was_replaced_already_is_not_renewed_again() {
      var _ = credentials.obtain();
      time.advance(Duration.ofMinutes(39));
      assertThat(renew(key(1))).isEqualTo(obtained(2));
      assertThat(issuer.asked()).isEqualTo(2);
    }

    @Test
    void the_one_held_stays_in_use_while_attempts_to_replace_it_go_on() {
      var _ = credentials.obtain();
      issuer.failWith(DOWN);
      assertThat(renew(key(1))).isEqualTo(new Outcome.Missing(DOWN));
      assertThat(obtain()).isEqualTo(obtained(1));
      assertThat(issuer.asked()).isEqualTo(2);
      issuer.heal();
      time.advance(SECOND);
      assertThat(renew(key(1))).isEqualTo(obtained(3));
      assertThat(issuer.asked()).isEqualTo(3);
    }

    @Test
    void one_that_lasts_is_renewed_and_never_before_and_unchanged_where_it_is_given_again() {
      issuer.always(key(1), Instant.MAX);
      var _ = credentials.obtain();
      time.advance(Duration.ofDays(1000));
      assertThat(issuer.asked()).isEqualTo(1);
      assertThat(time.waiting()).isZero();
      assertThat(renew(key(1))).isEqualTo(obtained(1));
      issuer.always(key(2), Instant.MAX);
      time.advance(MINUTE);
      assertThat(renew(key(1))).isEqualTo(obtained(2));
    }

    @Test
    void one_that_is_given_again_is_replaced_within_a_minute_once_the_issuer_is_well() {
      issuer.always(key(1), VirtualTime.START.plus(Duration.ofHours(10)));
      var _ = credentials.obtain();
      assertThat(renew(key(1))).isEqualTo(obtained(1));
      issuer.failWith(DOWN);
      time.advance(Duration.ofHours(7));
      issuer.always(key(2), Instant.MAX);
      issuer.heal();
      time.advance(MINUTE);
      assertThat(obtain()).isEqualTo(obtained(2));
    }

    @Test
    void and_the_next_as_well_there_is_one_attempt_a_minute() {
      var _ = credentials.obtain();
      for (var second = 0; second < 600; second++) {
        renew(((Outcome.Obtained) obtain()).signingKey());
        time.advance(SECOND);
      }
      assertThat(issuer.asked()).isEqualTo(11);
    }
  }

  @Nested
  final class ThePrincipal {
    @BeforeEach
    void issueToTheReader() {
      issueTo(READER);
    }

    private void issueTo(Principal principal) {
      issuer.owner(Optional.of(principal));
    }

    /** To the attempt that follows the first key. */
    private void untilRenewal() {
      time.advance(Duration.ofMinutes(39));
    }

    @Test
    void is_confirmed_as_soon_as_the_attempt_under_way_has_ended() {
      var slow = credentials(slow(SECOND));
      assertThat(slow.principal()).isEmpty();
      var confirmed = slow.confirmed().toCompletableFuture();
      assertThat(confirmed).isNotDone();
      assertThat(slow.principal()).isEmpty();
      time.advance(SECOND);
      assertThat(confirmed).isCompletedWithValue(Optional.of(READER));
      assertThat(slow.confirmed().toCompletableFuture()).isCompleted();
    }

    @Test
    void is_known_not_to_be_confirmed_once_the_attempt_failed() {
      issuer.failWith(DOWN);
      assertThat(credentials.confirmed().toCompletableFuture())
          .isCompletedWithValue(Optional.empty());
    }

    @Test
    void is_named_no_more_once_it_is_refused_a_key_until_one_is_issued_even_the_same() {
      issuer.always(key(1), VirtualTime.START.plus(HOUR));
      var _ = credentials.obtain();
      issuer.failWith(REFUSED);
      untilRenewal();
      assertThat(obtain()).isEqualTo(obtained(1));
      assertThat(credentials.principal()).isEmpty();
      issuer.failWith(DOWN);
      time.advance(MINUTE);
      assertThat(credentials.principal()).isEmpty();
      issuer.heal();
      time.advance(Duration.ofMinutes(10));
      assertThat(obtain()).isEqualTo(obtained(1));
      assertThat(credentials.principal()).contains(READER);
    }

    @Test
    void is_another_or_none_once_a_key_is_issued_to_another_or_to_nobody() {
      var _ = credentials.obtain();
      issueTo(WRITER);
      assertThat(credentials.principal()).contains(READER);
      untilRenewal();
      assertThat(credentials.principal()).contains(WRITER);
      issuer.owner(Optional.empty());
      untilRenewal();
      assertThat(credentials.principal()).isEmpty();
    }

    @Test
    void stays_where_kms_refuses_the_key_and_during_an_outage_past_its_end() {
      var _ = credentials.obtain();
      renew(key(1));
      assertThat(credentials.principal()).contains(READER);
      time.advance(MINUTE);
      issuer.failWith(DOWN);
      assertThat(renew(key(2))).isEqualTo(new Outcome.Missing(DOWN));
      assertThat(credentials.principal()).contains(READER);
      for (var hour = 0; hour < 48; hour++) {
        time.advance(HOUR);
        assertThat(credentials.principal()).contains(READER);
      }
      assertThat(obtain()).isEqualTo(new Outcome.Missing(DOWN));
    }
  }

  @Nested
  final class AfterARestart {
    /** What is done by an agent that has been killed. */
    @BeforeEach
    void obtainAndDie() {
      issuer.owner(Optional.of(READER));
      var _ = credentials.obtain();
      credentials.close();
      issuer.failWith(DOWN);
      time.advance(HOUR);
    }

    private RefreshingCredentials restart() {
      var restarted = credentials(Runnable::run);
      var _ = restarted.confirmed();
      var _ = restarted.obtain();
      return restarted;
    }

    private Optional<Principal> confirmed(RefreshingCredentials restarted) {
      return now(restarted.confirmed());
    }

    @Test
    void the_principal_is_the_one_from_before_while_the_issuer_does_not_answer() {
      var hanging = credentials(_ -> {});
      var waiting = hanging.obtain();
      assertThat(confirmed(hanging)).contains(READER);
      assertThat(hanging.principal()).contains(READER);
      assertThat(isWaiting(waiting)).isTrue();
      var until = VirtualTime.START.plus(Duration.ofHours(24));
      assertThat(events.of(PrincipalRestored.class))
          .containsExactly(new PrincipalRestored(READER, until));
    }

    @Test
    void it_counts_to_the_end_of_its_record_and_not_for_longer() {
      var restarted = restart();
      assertThat(restarted.principal()).contains(READER);
      time.advance(Duration.ofHours(23).minusMillis(1));
      assertThat(restarted.principal()).contains(READER);
      time.advance(Duration.ofMillis(1));
      assertThat(restarted.principal()).isEmpty();
      assertThat(confirmed(restarted)).isEmpty();
      assertThat(restart().principal()).isEmpty();
    }

    @Test
    void it_counts_for_as_long_as_ever_once_it_is_confirmed_and_the_record_is_kept_anew() {
      var restarted = restart();
      assertThat(restarted.principal()).contains(READER);
      issuer.heal();
      time.advance(MINUTE);
      issuer.failWith(DOWN);
      time.advance(Duration.ofHours(23));
      assertThat(restart().principal()).contains(READER);
      time.advance(Duration.ofHours(23));
      assertThat(restarted.principal()).contains(READER);
    }

    @Test
    void a_key_of_another_or_of_nobody_ends_it() {
      for (var owner : List.of(Optional.of(WRITER), Optional.<Principal>empty())) {
        var restarted = restart();
        assertThat(restarted.principal()).isPresent().isNotEqualTo(owner);
        issuer.owner(owner);
        issuer.heal();
        time.advance(MINUTE);
        assertThat(restarted.principal()).isEqualTo(owner);
        issuer.failWith(DOWN);
        assertThat(restart().principal()).isEqualTo(owner);
      }
    }

    @Test
    void a_refusal_ends_it_before_those_are_told_who_wait() {
      var restarted = credentials(slow(SECOND));
      assertThat(confirmed(restarted)).contains(READER);
      issuer.failWith(REFUSED);
      var waiting = restarted.obtain();
      records.hang();
      time.advance(SECOND);
      assertThat(isWaiting(waiting)).isTrue();
      assertThat(isWaiting(restarted.obtain())).isTrue();
      records.resume();
      assertThat(now(waiting)).isEqualTo(new Outcome.Missing(REFUSED));
      assertThat(restarted.principal()).isEmpty();
      issuer.failWith(DOWN);
      time.advance(MINUTE);
      assertThat(confirmed(restarted)).isEmpty();
      assertThat(restart().principal()).isEmpty();
    }

    @Test
    void an_answer_of_the_issuer_counts_more_than_a_record_that_is_read_late() {
      records.hang();
      var restarted = credentials(Runnable::run);
      var confirmed = restarted.confirmed();
      issuer.heal();
      issuer.owner(Optional.of(WRITER));
      var _ = restarted.obtain();
      records.resume();
      assertThat(now(confirmed)).contains(WRITER);
      assertThat(restarted.principal()).contains(WRITER);
    }

    @Test
    void nothing_but_the_principal_was_written() {
      assertThat(records.all().values()).extracting(Fact::text).containsExactly(READER.value());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 20, 45})
  void more_than_six_attempts_are_never_made_in_a_minute(int lifeSeconds) {
    chance = 0;
    issuer.life(Duration.ofSeconds(lifeSeconds));
    var _ = credentials.obtain();
    for (var tick = 0; tick < 5 * 60 * 4; tick++) {
      if (obtain() instanceof Outcome.Obtained(var held)) {
        renew(held);
      }
      if (tick % 100 == 50) {
        issuer.failWith(DOWN);
      } else if (tick % 100 == 70) {
        issuer.heal();
      }
      time.advance(Duration.ofMillis(250));
    }
    var asked = issuer.askedAt();
    assertThat(asked).hasSizeGreaterThan(15);
    assertThat(IntStream.range(6, asked.size()))
        .allSatisfy(
            i -> assertThat(asked.get(i)).isGreaterThanOrEqualTo(asked.get(i - 6).plus(MINUTE)));
  }

  @Test
  void a_caller_who_finds_the_attempts_used_up_is_told_so_at_once_and_served_later() {
    chance = 0;
    issuer.life(SECOND);
    var _ = credentials.obtain();
    time.advance(Duration.ofSeconds(10));
    assertThat(reason(obtain()).toString()).contains("within a minute");
    issuer.life(HOUR);
    time.advance(MINUTE);
    assertThat(obtain()).isInstanceOf(Outcome.Obtained.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {-24, 2})
  void when_the_clock_is_set_keys_stay_in_use_and_are_renewed_as_before(long hours) {
    var _ = credentials.obtain();
    clockOff = HOUR.multipliedBy(hours);
    time.advance(Duration.ofMinutes(38));
    assertThat(obtain()).isEqualTo(obtained(1));
    assertThat(issuer.asked()).isEqualTo(1);
    time.advance(MINUTE);
    assertThat(issuer.asked()).isEqualTo(2);
  }

  @Test
  void when_the_clock_is_right_again_keys_are_obtained_again() {
    clockOff = HOUR.multipliedBy(2);
    assertThat(obtain()).isInstanceOf(Outcome.Missing.class);
    clockOff = Duration.ZERO;
    time.advance(MINUTE);
    assertThat(obtain()).isEqualTo(obtained(2));
  }

  @Test
  void when_closed_nothing_is_attempted_any_more() {
    var _ = credentials.obtain();
    credentials.close();
    time.advance(Duration.ofDays(1));
    assertThat(issuer.asked()).isEqualTo(1);
    assertThat(obtain()).isInstanceOf(Outcome.Missing.class);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void when_closed_who_waits_for_an_attempt_waits_no_longer() {
    var hanging = credentials(_ -> {});
    var waiting = hanging.obtain();
    hanging.close();
    assertThat(now(waiting)).isInstanceOf(Outcome.Missing.class);
    assertThat(events.all()).isEmpty();
  }
}
