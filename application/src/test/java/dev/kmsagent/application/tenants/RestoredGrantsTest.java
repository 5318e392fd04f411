package dev.kmsagent.application.tenants;

import static dev.kmsagent.application.Bench.assertFound;
import static dev.kmsagent.application.tenants.PodBench.APP;
import static dev.kmsagent.application.tenants.PodBench.KEY_LIFE;
import static dev.kmsagent.application.tenants.PodBench.MAX_STALE;
import static dev.kmsagent.application.tenants.PodBench.TTL;
import static dev.kmsagent.application.tenants.PodBench.arn;
import static dev.kmsagent.application.tenants.PodBench.assertRejected;
import static dev.kmsagent.application.tenants.PodBench.down;
import static dev.kmsagent.application.tenants.PodBench.read;
import static dev.kmsagent.application.tenants.PodBench.roleRefused;
import static dev.kmsagent.application.tenants.PodBench.tokenRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent.GrantRestored;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Admitted;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an agent serves after a restart by what STS has said before it. */
final class RestoredGrantsTest {
  private static final String TOKEN = "shop/app/pod-1";

  /** For how long a caller waits for STS. */
  private static final Duration WAIT = Duration.ofSeconds(2);

  private PodBench bench = new PodBench();

  /** A pod reads, and the agent is killed while STS is down. */
  @BeforeEach
  void readAndDie() {
    read(bench.admitted(TOKEN), "db");
    bench.sts.answer(APP, down());
    restart();
  }

  private void restart() {
    bench = bench.restart(100);
  }

  @Test
  void a_grant_has_lapsed_while_sts_is_down_and_serves_what_is_cached_to_the_bound() {
    var access = bench.admitted(TOKEN);
    assertFound(read(access, "db"), arn(APP), CacheState.HIT);
    assertThat(read(access, "not-cached")).isInstanceOf(Unavailable.class);
    assertThat(bench.events.of(GrantRestored.class))
        .containsExactly(
            new GrantRestored(
                new Subject("shop", "app"),
                new Principal(arn(APP)),
                VirtualTime.START.plus(MAX_STALE)));
    bench.time.advance(MAX_STALE.minusMillis(1));
    assertFound(read(bench.admitted(TOKEN), "db"), arn(APP), CacheState.STALE);
    bench.time.advance(Duration.ofMillis(1));
    assertThat(access.secrets()).isEmpty();
    assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
    restart();
    assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
  }

  @Test
  void several_restarts_do_not_prolong_it() {
    for (var time = Duration.ZERO; time.compareTo(MAX_STALE) < 0; time = time.plus(TTL)) {
      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
      bench.time.advance(TTL);
      restart();
    }
    assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
  }

  @Test
  void sts_is_asked_first_and_its_grant_is_like_any_other() {
    bench.sts.recover(APP);
    var access = bench.admitted(TOKEN);
    bench.time.advance(TTL.plusSeconds(1));
    assertFound(read(access, "db"), arn(APP), CacheState.REVALIDATED);
    assertThat(bench.events.of(GrantRestored.class)).isEmpty();
  }

  @Test
  void a_grant_recovers_with_sts_which_is_asked_in_the_background() {
    var access = bench.admitted(TOKEN);
    bench.sts.recover(APP);
    bench.time.advance(TTL.plusSeconds(1));
    assertThat(access.secrets()).isPresent();
    assertFound(read(access, "db"), arn(APP), CacheState.REVALIDATED);
  }

  @Test
  void another_subject_role_or_agent_of_another_issuer_finds_nothing() {
    bench.sts.answer("other", down());
    assertRejected(bench.admit("shop/other/p", Optional.of(APP)), Reason.UNAVAILABLE);
    assertRejected(bench.admit(TOKEN, Optional.of("other")), Reason.UNAVAILABLE);
    assertThat(bench.records.all().keySet())
        .containsExactly(List.of(arn(APP), "system:serviceaccount:shop:app"));
  }

  @Test
  void asking_again_for_what_was_restored_is_not_limited() {
    for (int i = 0; i < 20; i++) {
      bench.time.advance(Duration.ofMillis(50));
      assertThat(bench.admit("shop/app/pod-" + i)).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void nothing_of_a_token_is_written() {
    var token = new ConfidentialText(TOKEN);
    assertThat(bench.records.all().toString()).doesNotContain("pod-1", token.digest());
  }

  @Nested
  final class What_sts_refuses {
    private void assertNeverRestored() {
      assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
      restart();
      assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
    }

    private void stsRefuses(GrantOutcome refusal) {
      bench.sts.answer(APP, refusal);
      assertRejected(bench.admit(TOKEN), Reason.ROLE);
      bench.sts.answer(APP, down());
      bench.time.advance(Duration.ofSeconds(10));
    }

    @Test
    void is_never_restored() {
      stsRefuses(roleRefused());
      assertNeverRestored();
    }

    @Test
    void is_never_restored_if_that_is_about_neither_the_role_nor_the_token() {
      stsRefuses(new GrantOutcome.KeyRefused(new IdentityRefused("Other", "No.")));
      assertNeverRestored();
    }

    @Test
    void ends_what_was_restored() {
      var access = bench.admitted(TOKEN);
      bench.time.advance(Duration.ofSeconds(1));
      bench.sts.answer(APP, roleRefused());
      assertThat(access.secrets()).isPresent();
      assertThat(access.secrets()).isEmpty();
      bench.sts.answer(APP, down());
      bench.time.advance(Duration.ofSeconds(10));
      assertNeverRestored();
    }

    @Test
    void is_answered_once_it_is_on_the_disk() {
      bench.sts.answer(APP, roleRefused());
      bench.records.hang();
      var one = bench.coming(TOKEN, Optional.empty());
      var other = bench.coming("shop/app/pod-2", Optional.empty());
      assertThat(one).isNotDone();
      assertThat(other).isNotDone();
      bench.records.resume();
      assertRejected(one.join(), Reason.ROLE);
      assertRejected(other.join(), Reason.ROLE);
      assertThat(bench.records.all()).isEmpty();
    }

    @Test
    void is_refused_by_sts_again_if_the_agent_was_killed_before() {
      bench.sts.answer(APP, roleRefused());
      bench.records.hang();
      var asked = bench.coming(TOKEN, Optional.empty());
      bench.records.lose();
      restart();
      assertThat(asked).isNotDone();
      assertRejected(bench.admit(TOKEN), Reason.ROLE);
      bench.sts.answer(APP, down());
      restart();
      assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
    }

    @Test
    void stays_refused_if_the_record_is_read_late() {
      var answer = bench.sts.hang();
      bench.records.hang();
      var waiting = bench.coming(TOKEN, Optional.empty());
      bench.time.advance(WAIT);
      answer.complete(roleRefused());
      bench.records.resume();
      assertThat(waiting).isDone();
      bench.sts.resume();
      bench.time.advance(Duration.ofSeconds(10));
      assertNeverRestored();
    }

    @Test
    void of_a_token_ends_nothing() {
      bench.sts.answer(APP, tokenRefused());
      assertRejected(bench.admit(TOKEN), Reason.TOKEN);
      bench.sts.answer(APP, down());
      assertThat(bench.admit("shop/app/pod-2")).isInstanceOf(Admitted.class);
    }
  }

  @Nested
  final class A_grant_that_made_room {
    @Test
    void is_restored_since_sts_has_not_refused_it() {
      bench.sts.recover(APP);
      bench = bench.restart(1);
      read(bench.admitted(TOKEN), "db");
      for (int i = 0; i < Tenants.GRANTS_FOR_EACH; i++) {
        bench.time.advance(Duration.ofSeconds(1));
        bench.admitted("shop/other-" + i + "/p", "other");
      }
      bench.sts.answer(APP, down());
      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }

    @Test
    void leaves_no_record_if_sts_grants_it_afterwards() {
      bench.sts.recover(APP);
      bench = bench.restart(1);
      var answer = bench.sts.hang();
      var waiting = bench.coming("shop/late/p", Optional.of(APP));
      bench.sts.resume();
      for (int i = 0; i < Tenants.GRANTS_FOR_EACH; i++) {
        bench.time.advance(Duration.ofMillis(1));
        bench.admitted("shop/other-" + i + "/p", "other");
      }
      var known = bench.records.all();
      answer.complete(
          new GrantOutcome.Granted(bench.sts.kms(arn(APP)), bench.time.instant().plus(KEY_LIFE)));
      assertRejected(waiting.join(), Reason.UNAVAILABLE);
      assertThat(bench.records.all()).isEqualTo(known);
      assertThat(bench.caches.open).hasSize(1);
    }
  }

  @Nested
  final class While_sts_hangs {
    private CompletableFuture<GrantOutcome> answer;

    @BeforeEach
    void hang() {
      answer = bench.sts.hang();
    }

    @Test
    void a_caller_waits_for_two_seconds_and_the_next_not_at_all() {
      var first = bench.coming(TOKEN, Optional.empty());
      var second = bench.coming("shop/app/pod-2", Optional.empty());
      bench.time.advance(WAIT.minusMillis(1));
      assertThat(first).isNotDone();
      bench.time.advance(Duration.ofMillis(1));
      assertThat(first.join()).isInstanceOf(Admitted.class);
      assertThat(second.join()).isInstanceOf(Admitted.class);
      assertFound(read(bench.admitted("shop/app/pod-3"), "db"), arn(APP), CacheState.HIT);
      assertThat(bench.sts.calls).hasSize(2);
    }

    @Test
    void its_late_answer_counts() {
      var first = bench.coming(TOKEN, Optional.empty());
      bench.time.advance(WAIT);
      var access = ((Admitted) first.join()).access();
      answer.complete(roleRefused());
      assertThat(access.secrets()).isEmpty();
      assertThat(bench.records.all()).isEmpty();
    }

    @Test
    void a_caller_that_was_never_granted_waits_for_its_whole_time() {
      var unknown = bench.coming("shop/unknown/p", Optional.of(APP));
      bench.time.advance(Duration.ofSeconds(10).minusMillis(1));
      assertThat(unknown).isNotDone();
      bench.time.advance(Duration.ofMillis(1));
      assertRejected(unknown.join(), Reason.UNAVAILABLE);
    }
  }
}
