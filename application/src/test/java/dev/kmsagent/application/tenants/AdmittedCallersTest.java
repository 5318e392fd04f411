package dev.kmsagent.application.tenants;

import static dev.kmsagent.application.Bench.assertFound;
import static dev.kmsagent.application.tenants.PodBench.APP;
import static dev.kmsagent.application.tenants.PodBench.KEY_LIFE;
import static dev.kmsagent.application.tenants.PodBench.MAX_STALE;
import static dev.kmsagent.application.tenants.PodBench.TOKEN_LIFE;
import static dev.kmsagent.application.tenants.PodBench.TTL;
import static dev.kmsagent.application.tenants.PodBench.arn;
import static dev.kmsagent.application.tenants.PodBench.assertRejected;
import static dev.kmsagent.application.tenants.PodBench.down;
import static dev.kmsagent.application.tenants.PodBench.read;
import static dev.kmsagent.application.tenants.PodBench.roleRefused;
import static dev.kmsagent.application.tenants.PodBench.tokenRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Admitted;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.RetrieveSecretContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdmittedCallersTest {
  private static final String TOKEN = "shop/app/pod-1";

  private final PodBench bench = new PodBench();

  @Test
  void a_pod_reads_the_secrets_of_the_role_that_its_service_account_has_and_is_named() {
    var access = bench.admitted(TOKEN);

    assertFound(read(access, "db"), arn(APP), CacheState.MISS);
    assertFound(read(access, "db"), arn(APP), CacheState.HIT);
    assertThat(bench.sts.calls).containsExactly(TOKEN + " " + arn(APP));
    assertThat(bench.events.of(CallerEvent.GrantConfirmed.class)).hasSize(1);
    assertThat(bench.events.of(SecretRead.class))
        .extracting(SecretRead::caller)
        .containsOnly(
            Optional.of(new Caller(new Subject("shop", "app"), "pod-1", new Principal(arn(APP)))));
  }

  @Nested
  final class Its_secrets implements RetrieveSecretContract {
    private final RetrieveSecret secrets = bench.admitted(TOKEN).secrets().orElseThrow();

    @Override
    public RetrieveSecret retrieval() {
      return secrets;
    }

    @Override
    public FakeSecretSource kms() {
      return bench.sts.kms(arn(APP));
    }

    @Override
    public VirtualTime time() {
      return bench.time;
    }
  }

  @Test
  void a_token_that_is_not_genuine_is_rejected_without_a_call() {
    assertRejected(bench.admit("forged"), Reason.TOKEN);

    assertThat(bench.sts.calls).isEmpty();
  }

  @Test
  void two_service_accounts_of_one_role_share_its_cache_and_each_reads_with_its_own_key() {
    var one = bench.admitted("shop/one/p", "shared");
    var other = bench.admitted("shop/other/p", "shared");

    assertFound(read(one, "db"), arn("shared"), CacheState.MISS);
    assertFound(read(other, "db"), arn("shared"), CacheState.HIT);
    bench.time.advance(TTL.plusSeconds(1));
    read(other, "db");

    assertThat(bench.sts.signedFor).containsExactly("one", "other");
    assertThat(bench.caches.open).hasSize(1);
  }

  /** Waits for a change of the secret of a role, having read it. */
  private static CompletableFuture<?> awaitChange(PodBench bench, String token, String role) {
    var secrets = bench.admitted(token, role).secrets().orElseThrow();
    var known = ((Found) read(secrets, "db")).entry().secret().revision();
    var end = bench.time.instant().plus(MAX_STALE);
    return secrets.awaitChange(Secrets.current("db"), known, end).toCompletableFuture();
  }

  @Test
  void while_two_wait_the_secret_is_read_with_the_rights_of_one_that_still_has_a_key() {
    var first = awaitChange(bench, "shop/first/p", APP);
    bench.time.advance(KEY_LIFE.dividedBy(2));
    var second = awaitChange(bench, "shop/second/p", APP);
    bench.time.advance(KEY_LIFE.dividedBy(2));
    bench.sts.signedFor.clear();
    bench.sts.kms(arn(APP)).hold("db", "v2", "two");

    bench.time.advance(TTL);

    assertThat(bench.sts.signedFor).containsOnly("second");
    assertThat(first).isDone();
    assertThat(second).isDone();
  }

  @Test
  void a_subject_that_was_never_granted_gets_nothing_whatever_is_cached_for_others() {
    read(bench.admitted("shop/one/p", "shared"), "db");

    bench.sts.answer("shared", down());
    assertRejected(bench.admit("shop/other/p", Optional.of("shared")), Reason.UNAVAILABLE);
    bench.time.advance(Duration.ofSeconds(2));
    bench.sts.answer("shared", roleRefused());
    assertRejected(bench.admit("shop/other/p", Optional.of("shared")), Reason.ROLE);
  }

  @RepeatedTest(50)
  void callers_that_come_at_the_same_moment_make_one_attempt() throws Exception {
    var sts = bench.sts.hang();
    var start = new CyclicBarrier(2 * AdmittedCallers.ATTEMPTS_OF_SUBJECT);
    Callable<CompletableFuture<CallerAdmission>> caller =
        () -> {
          start.await();
          return bench.coming(TOKEN, Optional.empty());
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var admissions = threads.invokeAll(Collections.nCopies(start.getParties(), caller));
      sts.complete(roleRefused());
      assertThat(admissions)
          .allSatisfy(it -> assertRejected(it.get().join(), Reason.ROLE))
          .hasSize(start.getParties());
    }
    assertThat(bench.sts.calls).hasSize(1);
  }

  @Test
  void a_caller_that_cannot_be_confirmed_in_time_is_told_so() {
    var _ = bench.sts.hang();
    var admission = bench.coming(TOKEN, Optional.empty());

    bench.time.advance(Duration.ofSeconds(10));

    assertRejected(admission.join(), Reason.UNAVAILABLE);
  }

  @Nested
  class The_role {
    @ParameterizedTest
    @ValueSource(strings = {"kms.shop.app", "acs:ram::1:role/kms.shop.app", "acs:ram::2:role/r"})
    void may_be_named_by_the_request(String role) {
      assertThat(bench.admit(TOKEN, Optional.of(role))).isInstanceOf(Admitted.class);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "acs:ram::3:role/r",
          "acs:ram::1:role/",
          "acs:ram::1:role/a/b",
          "acs:ram::1:user/r",
          "",
          "{namespace}",
          "a b",
          "r\u00f6le",
          "0123456789012345678901234567890123456789012345678901234567890123456789"
        })
    void of_another_account_or_that_is_no_role_is_rejected_without_a_call(String role) {
      assertRejected(bench.admit(TOKEN, Optional.of(role)), Reason.ROLE);

      assertThat(bench.sts.calls).isEmpty();
    }

    @Test
    void that_sts_refuses_is_remembered_for_a_short_time() {
      bench.sts.answer(APP, roleRefused());
      assertRejected(bench.admit(TOKEN), Reason.ROLE);
      assertRejected(bench.admit("shop/app/pod-2"), Reason.ROLE);
      assertThat(bench.sts.calls).hasSize(1);

      bench.sts.recover(APP);
      bench.time.advance(Duration.ofSeconds(10));

      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }

    @Test
    void is_asked_for_ten_times_in_ten_seconds_by_one_subject() {
      IntStream.range(0, 10).forEach(i -> bench.sts.answer("r" + i, roleRefused()));
      IntStream.range(0, 10)
          .forEach(i -> assertRejected(bench.admit(TOKEN, Optional.of("r" + i)), Reason.ROLE));

      assertRejected(bench.admit(TOKEN), Reason.RATE);
      assertThat(bench.admit("other/app/p")).isInstanceOf(Admitted.class);
      bench.time.advance(Duration.ofSeconds(10));
      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }
  }

  @Nested
  class A_grant {
    @Test
    void is_renewed_before_its_key_ends_until_the_token_ends() {
      var access = bench.admitted(TOKEN);
      var third = KEY_LIFE.dividedBy(3);
      for (var age = third; age.compareTo(TOKEN_LIFE) < 0; age = age.plus(third)) {
        bench.time.advance(third);
        assertThat(access.secrets()).as("at the age of " + age).isPresent();
      }
      assertThat(bench.sts.calls).hasSize(18);

      bench.time.advance(third);

      assertThat(access.secrets()).isEmpty();
    }

    @Test
    void whose_key_has_ended_is_confirmed_anew_when_it_is_needed() {
      var access = bench.admitted(TOKEN);
      bench.time.advance(KEY_LIFE);

      assertThat(access.secrets()).as("without a new admission").isEmpty();
      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
      assertThat(access.secrets()).isPresent();
    }

    @Test
    void that_lapsed_serves_what_is_cached_until_the_bound_since_the_last_key() {
      var access = bench.admitted(TOKEN);
      assertFound(read(access, "db"), arn(APP), CacheState.MISS);
      bench.sts.answer(APP, down());
      bench.time.advance(KEY_LIFE.plus(TTL));

      var again = bench.admitted(TOKEN);

      var atHand = again.secrets().orElseThrow().lookUp(Secrets.current("db"));
      assertFound(atHand.orElseThrow(), arn(APP), CacheState.STALE);
      assertFound(read(again, "db"), arn(APP), CacheState.STALE);
      assertThat(read(again, "never-read"))
          .extracting("cause")
          .isEqualTo(Unavailable.Cause.CREDENTIALS);
      bench.time.advance(MAX_STALE.minus(KEY_LIFE).minus(TTL).minusSeconds(1));
      assertThat(again.secrets()).isPresent();
      bench.time.advance(Duration.ofSeconds(1));
      assertThat(again.secrets()).isEmpty();
      assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
    }

    @Test
    void that_lapsed_does_not_spoil_the_reads_of_another_subject_of_the_role() {
      var lapsed = bench.admitted("shop/one/p", "shared");
      read(lapsed, "db");
      bench.time.advance(KEY_LIFE.dividedBy(2));
      var other = bench.admitted("shop/other/p", "shared");
      bench.sts.answer("shared", down());
      bench.time.advance(KEY_LIFE.dividedBy(2));
      bench.admit("shop/one/p", Optional.of("shared"));

      assertFound(read(lapsed, "db"), arn("shared"), CacheState.STALE);
      assertThat(read(lapsed, "db2")).isInstanceOf(Unavailable.class);
      assertFound(read(other, "db"), arn("shared"), CacheState.REVALIDATED);
      assertFound(read(lapsed, "db"), arn("shared"), CacheState.HIT);
    }

    @Test
    void that_lapsed_asks_sts_with_growing_pauses_and_recovers() {
      var access = bench.admitted(TOKEN);
      read(access, "db");
      bench.sts.answer(APP, down());
      bench.time.advance(KEY_LIFE);
      bench.admit(TOKEN);
      for (int second = 0; second < 300; second++) {
        assertThat(access.secrets()).isPresent();
        bench.time.advance(Duration.ofSeconds(1));
      }
      assertThat(bench.sts.calls).hasSizeBetween(8, 16);

      bench.sts.recover(APP);
      bench.time.advance(Duration.ofMinutes(1));
      access.secrets();

      assertThat(read(access, "new")).isNotInstanceOf(Unavailable.class);
    }

    @Test
    void ends_when_sts_refuses_the_role_and_nothing_cached_is_served() {
      var access = bench.admitted(TOKEN);
      read(access, "db");
      bench.sts.answer(APP, roleRefused());
      bench.time.advance(KEY_LIFE.multipliedBy(2).dividedBy(3));
      access.secrets();

      assertThat(access.secrets()).isEmpty();
      assertRejected(bench.admit(TOKEN), Reason.ROLE);
      assertThat(bench.events.of(CallerEvent.GrantEnded.class)).hasSize(1);
    }

    @Test
    void lives_on_when_sts_refuses_a_token() {
      bench.sts.answer(
          APP,
          caller ->
              caller.pod().equals("bad")
                  ? tokenRefused()
                  : bench.sts.granted(caller, new Principal(arn(APP))));
      var access = bench.admitted(TOKEN);
      read(access, "db");
      bench.time.advance(KEY_LIFE);

      assertRejected(bench.admit("shop/app/bad"), Reason.TOKEN);
      assertRejected(bench.admit("shop/app/bad"), Reason.TOKEN);
      assertThat(bench.sts.calls).hasSize(2);

      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
      assertThat(bench.admit("shop/app/bad"))
          .as("by the grant of its subject")
          .isInstanceOf(Admitted.class);
    }

    @Test
    void whose_key_kms_refuses_is_confirmed_anew_at_most_once_a_minute() {
      var access = bench.admitted(TOKEN);
      bench.sts.kms(arn(APP)).failWith(new IdentityRefused("Forbidden.AccessKey", "No."));
      Runnable read = () -> access.secrets().ifPresent(secrets -> read(secrets, "db"));
      IntStream.range(0, 5).forEach(_ -> read.run());
      assertThat(bench.sts.calls).hasSize(1);

      bench.time.advance(Duration.ofMinutes(1));
      IntStream.range(0, 5).forEach(_ -> read.run());

      assertThat(bench.sts.calls).hasSize(2);
    }

    @Test
    void whose_key_kms_refuses_does_not_have_sts_asked_before_the_pause_of_a_failure_is_over() {
      var access = bench.admitted(TOKEN);
      bench.sts.kms(arn(APP)).failWith(new IdentityRefused("Forbidden.AccessKey", "No."));
      bench.sts.answer(APP, down());
      bench.time.advance(KEY_LIFE.multipliedBy(2).dividedBy(3));

      IntStream.range(0, 5).forEach(_ -> read(access, "db"));

      assertThat(bench.sts.calls).hasSize(2);
    }
  }

  @Nested
  class Attempts_without_end_of_one_namespace {
    private void flood() {
      IntStream.range(0, 20)
          .forEach(
              i ->
                  IntStream.range(0, 10)
                      .forEach(j -> bench.admit("x/s" + i + "/p", Optional.of("r" + j))));
    }

    @Test
    void are_made_up_to_half_of_all() {
      flood();

      assertThat(bench.sts.calls).hasSize(AdmittedCallers.ATTEMPTS_OF_ALL / 2);
      assertRejected(bench.admit("x/y/p"), Reason.RATE);
    }

    @Test
    void leave_each_of_many_namespaces_its_first() {
      IntStream.range(0, 200)
          .forEach(
              i -> {
                flood();
                assertThat(bench.admit("n" + i + "/app/p")).isInstanceOf(Admitted.class);
              });
    }

    @Test
    void do_not_limit_who_asks_again_for_what_was_granted_before() {
      bench.admitted(TOKEN);
      bench.time.advance(KEY_LIFE);
      IntStream.range(0, 200).forEach(i -> bench.admit("shop/s" + i + "/p"));
      assertRejected(bench.admit("shop/y/p"), Reason.RATE);

      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }
  }

  @Nested
  class Wrong_tokens_of_an_address {
    private void flood(String claimed) {
      for (int i = 0; i < 100; i++) {
        var _ = bench.coming(claimed + "/p/" + i, Optional.empty());
      }
    }

    @Test
    void are_verified_fifty_times_in_ten_seconds_for_each_service_account_and_then_wait() {
      flood("shop/app");
      assertThat(bench.verified).isEqualTo(TokenVerification.WRONG_OF_CLAIM);

      bench.time.advance(TokenVerification.PAUSE.multipliedBy(2));

      assertThat(bench.verified).isEqualTo(100);
    }

    @Test
    void keep_a_right_one_waiting_and_do_not_keep_it_out() {
      flood("shop/app");

      var right = bench.coming(TOKEN, Optional.empty());
      assertThat(right).isNotDone();
      bench.time.advance(TokenVerification.PAUSE.multipliedBy(2));
      assertThat(right.join()).isInstanceOf(Admitted.class);

      bench.time.advance(Duration.ofSeconds(10));
      assertThat(bench.admit("shop/app/new")).isInstanceOf(Admitted.class);
    }

    @Test
    void do_not_delay_another_service_account_nor_another_address() {
      flood("shop/app");

      assertThat(bench.admit("shop/other/p")).isInstanceOf(Admitted.class);
      assertAdmittedElsewhere();
    }

    private void assertAdmittedElsewhere() {
      var elsewhere =
          bench.callers.admit(new ConfidentialText(TOKEN), Optional.empty(), "10.0.0.2");
      assertThat(elsewhere.toCompletableFuture().join()).isInstanceOf(Admitted.class);
    }

    @Test
    void do_not_delay_a_token_that_was_verified_before() {
      bench.admitted(TOKEN);

      flood("shop/app");

      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }

    @Test
    void are_not_counted_where_they_are_no_tokens() {
      IntStream.range(0, 20_000).forEach(i -> bench.admit("x" + i));

      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }

    @Test
    void are_verified_at_once_so_often_whatever_service_accounts_they_name() {
      IntStream.range(0, 200).forEach(i -> flood("shop/s" + i));

      assertThat(bench.verified).isEqualTo(TokenVerification.WRONG_OF_ALL / 2);
      assertAdmittedElsewhere();
    }
  }

  @Test
  void a_rejected_caller_is_named_where_its_token_was_verified() {
    bench.sts.answer(APP, roleRefused());

    assertThat(bench.admit(TOKEN))
        .extracting("subject", "role")
        .containsExactly(
            Optional.of(new Subject("shop", "app")), Optional.of(new Principal(arn(APP))));
    assertThat(bench.admit(TOKEN + "/forged"))
        .extracting("subject", "role")
        .containsExactly(Optional.empty(), Optional.empty());
  }

  @Nested
  class The_number_of_roles {
    private final PodBench small = new PodBench(3);

    private void comes(String token, String role) {
      small.time.advance(Duration.ofSeconds(1));
      assertThat(small.admitted(token, role).secrets()).isPresent();
    }

    private List<String> closed() {
      return small.events.of(CallerEvent.TenantClosed.class).stream()
          .map(it -> it.role().value().substring(arn("").length()))
          .toList();
    }

    @Test
    void has_a_bound_at_which_the_namespace_that_holds_most_gives_its_least_used() {
      comes("a/a/p", "a1");
      comes("a/b/p", "a2");
      comes("b/a/p", "b1");
      comes("a/a/p", "a1");

      comes("c/c/p", "c1");

      assertThat(closed()).containsExactly("a2");
      assertThat(small.caches.open).hasSize(3);
    }

    @Test
    void wakes_those_who_wait_for_a_change_of_a_role_that_makes_room() {
      comes("a/a/p", "a1");
      var waiting = awaitChange(small, "a/b/p", "a2");
      comes("b/a/p", "b1");
      comes("a/a/p", "a1");
      assertThat(waiting).isNotDone();

      comes("c/c/p", "c1");

      assertThat(closed()).containsExactly("a2");
      assertThat(waiting).isDone();
    }

    @Test
    void counts_a_role_for_the_namespace_that_opened_it_and_not_for_one_that_was_refused_it() {
      small.sts.answer("b1", roleRefused());
      assertRejected(small.admit("a/a/p", Optional.of("b1")), Reason.ROLE);
      small.sts.recover("b1");
      comes("b/b/p", "b1");
      comes("a/a/p", "r1");
      comes("a/a/p", "r2");

      comes("a/a/p", "r3");

      assertThat(closed()).containsExactly("r1");
    }

    @Test
    void is_kept_where_sts_grants_several_at_once() {
      var calls = new ArrayList<CompletableFuture<GrantOutcome>>();
      var answers = new ArrayList<CompletableFuture<CallerAdmission>>();
      for (var pod : List.of("a/a/p", "b/b/p", "c/c/p", "d/d/p")) {
        calls.add(small.sts.hang());
        answers.add(small.coming(pod, Optional.empty()));
      }

      var caller = new PodBench().admitted(TOKEN).identity();
      calls.forEach(call -> call.complete(small.sts.granted(caller, new Principal(arn(APP)))));

      assertThat(answers).allSatisfy(it -> assertThat(it.join()).isInstanceOf(Admitted.class));
      assertThat(small.caches.open).hasSize(3);
    }

    @Test
    void lets_a_role_that_had_to_make_room_come_back_with_an_empty_cache() {
      var access = small.admitted("a/a/p", "r0");
      read(access, "db");
      IntStream.rangeClosed(1, 3).forEach(i -> comes("a/a/p", "r" + i));

      assertThat(access.secrets()).as("with the cache of before").isEmpty();
      assertFound(read(small.admitted("a/a/p", "r0"), "db"), arn("r0"), CacheState.MISS);
    }

    @Test
    void takes_what_had_to_make_room_from_the_heap_also_while_an_access_to_it_is_kept() {
      var access = small.admitted("a/a/p", "r0");
      var cache = new WeakReference<>(small.caches.open.getFirst());

      IntStream.rangeClosed(1, 3).forEach(i -> comes("a/a/p", "r" + i));

      Patience.assertSoon(
          () -> {
            System.gc();
            return cache.refersTo(null);
          });
      assertThat(access.secrets()).isEmpty();
    }

    @Test
    void shrinks_once_no_caller_had_a_grant_for_longer_than_the_bound_on_staleness() {
      bench.admitted(TOKEN);
      bench.sts.answer("kms.b.b", roleRefused());
      assertRejected(bench.admit("b/b/p"), Reason.ROLE);

      bench.time.advance(KEY_LIFE.plus(MAX_STALE).plusMinutes(1));

      assertThat(bench.caches.open).isEmpty();
      assertThat(bench.tenants.find(new Principal(arn(APP)), new Subject("shop", "app"))).isEmpty();
      assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
    }
  }

  @Nested
  class The_number_of_grants {
    private final PodBench small = new PodBench(1);

    private CallerAccess comes(String token) {
      small.time.advance(Duration.ofSeconds(1));
      return small.admitted(token, "shared");
    }

    @Test
    void has_a_bound_at_which_the_namespace_that_holds_most_gives_its_least_used() {
      var other = comes("b/b/p");
      var first = comes("a/s0/p");
      var second = comes("a/s1/p");
      IntStream.range(2, Tenants.GRANTS_FOR_EACH - 1).forEach(i -> comes("a/s" + i + "/p"));
      comes("a/s0/p");
      assertThat(second.secrets()).isPresent();
      comes("a/s0/p");
      IntStream.range(2, Tenants.GRANTS_FOR_EACH - 1).forEach(i -> comes("a/s" + i + "/p"));

      comes("c/c/p");

      assertThat(second.secrets()).isEmpty();
      assertThat(List.of(first, other)).allSatisfy(it -> assertThat(it.secrets()).isPresent());
    }

    @Test
    void does_not_grow_however_many_service_accounts_come() {
      var other = comes("b/b/p");

      IntStream.range(0, 500).forEach(i -> comes("a/s" + i + "/p"));

      assertThat(other.secrets()).isPresent();
      assertThat(small.tenants.members()).hasSize(Tenants.GRANTS_FOR_EACH);
      assertThat(small.caches.open).hasSize(1);
    }

    @Test
    void does_not_grow_by_roles_that_are_refused() {
      IntStream.range(0, 500)
          .forEach(
              i -> {
                small.time.advance(Duration.ofSeconds(2));
                small.sts.answer("r" + i, roleRefused());
                assertRejected(small.admit("a/a/p", Optional.of("r" + i)), Reason.ROLE);
              });

      assertThat(small.tenants.members()).hasSizeLessThanOrEqualTo(Tenants.GRANTS_FOR_EACH);
    }

    @Test
    void takes_the_oldest_before_one_that_waits_for_sts() {
      var oldest = comes("a/s0/p");
      IntStream.range(1, Tenants.GRANTS_FOR_EACH - 1).forEach(i -> comes("a/s" + i + "/p"));
      small.time.advance(Duration.ofSeconds(1));
      var sts = small.sts.hang();
      var waiting = small.coming("a/new/p", Optional.of("shared"));
      small.sts.resume();

      comes("a/newer/p");

      assertThat(oldest.secrets()).isEmpty();
      var caller = new PodBench().admitted(TOKEN).identity();
      sts.complete(small.sts.granted(caller, new Principal(arn("shared"))));
      assertThat(waiting.join()).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void nothing_of_one_role_is_reachable_by_the_name_of_another() {
    read(bench.admitted("a/a/p"), "db");
    var other = bench.admitted("b/b/p");

    assertFound(read(other, "db"), arn("kms.b.b"), CacheState.MISS);
    assertThat(bench.admit("b/b/p", Optional.of("kms.a.a"))).isInstanceOf(Admitted.class);
    bench.sts.answer("kms.a.a", roleRefused());
    assertRejected(bench.admit("c/c/p", Optional.of("kms.a.a")), Reason.ROLE);
  }

  @Test
  void a_bug_in_a_port_ends_the_call_and_the_next_caller_has_sts_asked_again() {
    bench.sts.answer(
        APP,
        _ -> {
          throw new IllegalStateException("a bug");
        });
    assertThat(bench.coming(TOKEN, Optional.empty())).isCompletedExceptionally();
    bench.sts.recover(APP);

    assertThat(bench.admit(TOKEN)).isInstanceOf(Admitted.class);
  }

  @Test
  void a_key_that_is_over_when_it_comes_admits_nobody() {
    bench.sts.answer(
        APP,
        new GrantOutcome.Granted(
            (_, _) -> {
              throw new AssertionError("no call with it");
            },
            Instant.EPOCH));

    assertRejected(bench.admit(TOKEN), Reason.UNAVAILABLE);
  }
}
