package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The line of each event, its level, and how many of them there are in half a minute. */
final class LogLinesTest {
  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();
  private final AgentEvents events = logging();

  /** The level is set before the handlers are made, as when the agent starts. */
  private AgentEvents logging() {
    return Examples.direct(new LoggingEvents(time, log.logger()).handlers());
  }

  /** Events as {@link Examples} names them; {@code <db>} is the secret that is asked for. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms:THROTTLED          | WARN kms_call_failed <db> took_ms=30.15 outcome=throttled code=Slow detail=It is slow.
          kms:not-us             | WARN kms_call_failed <db> took_ms=30.15 outcome=identity_refused code=NoPermission detail=STS refuses the role.
          kms:shop:THROTTLED     | WARN kms_call_failed <db> subject=system:serviceaccount:shop:app role=acs:ram::1:role/r took_ms=30.15 outcome=throttled code=Slow detail=It is slow.
          refresh-failed:shop:TIMEOUT | WARN refresh_failed <db> subject=system:serviceaccount:shop:app pod=pod-1 role=acs:ram::1:role/r outcome=timeout code= detail=It is silent. retry_in_ms=10000
          revoked:shop:          | INFO secret_revoked <db> subject=system:serviceaccount:shop:app pod=pod-1 role=acs:ram::1:role/r outcome=refused code=Forbidden.NoPermission kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 entries=2
          limited:shop:          | WARN client_calls_limited <db> subject=system:serviceaccount:shop:app pod=pod-1 role=acs:ram::1:role/r
          revoked                | INFO secret_revoked <db> outcome=refused code=Forbidden.NoPermission kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 entries=2
          refresh-failed:TIMEOUT | WARN refresh_failed <db> outcome=timeout code= detail=It is silent. retry_in_ms=10000
          limited                | WARN client_calls_limited <db>
          breaker:CLOSED:OPEN    | WARN breaker_changed from=closed to=open
          breaker:OPEN:HALF_OPEN | INFO breaker_changed from=open to=half_open
          rejected:403:No        | WARN request_rejected peer=10.0.0.1 request_id=id-1 status=403 code=No
          rejected:403:No:shop   | WARN request_rejected peer=10.0.0.4 subject=system:serviceaccount:shop:app role=acs:ram::1:role/r request_id=id-1 status=403 code=No
          plain                  | WARN plain_request peer=10.0.0.1
          plain:shop             | WARN plain_request peer=10.0.0.4 subject=system:serviceaccount:shop:app role=acs:ram::1:role/r
          evicted:BYTES          | WARN entry_evicted <db> cause=bytes advice=raise Cache.MaxBytes and KMS_AGENT_HEAP
          evicted:COUNT          | INFO entry_evicted <db> cause=count advice=raise Cache.CacheSize
          prefetch-failed:TIMEOUT | WARN prefetch_failed secret=app/db outcome=timeout code= detail=It is silent.
          prefetched             | INFO prefetch_finished loaded=3 failed=20
          token-reloaded         | INFO token_reloaded
          token-unreadable       | WARN token_unreadable reason=no file
          token-guessable        | WARN token_can_be_guessed advice=use at least 16 random characters
          authorities-reloaded   | INFO authorities_reloaded
          authorities-unreadable | WARN authorities_unreadable reason=no file
          certificate            | INFO certificate_loaded end=2026-01-01T00:00:00Z
          certificate-unusable   | WARN certificate_unusable reason=no key
          key:0                  | INFO credentials_obtained end=2026-01-01T00:00:00Z
          key:endless            | INFO credentials_obtained end=none
          key-not-renewed:CREDENTIALS:0 | WARN credentials_not_renewed outcome=credentials code= detail=It is silent. retry_in_ms=10000 end=2026-01-01T00:00:00Z
          key-missing:CREDENTIALS | WARN credentials_missing outcome=credentials code= detail=It is silent. retry_in_ms=10000
          oidc-overdue           | WARN oidc_token_overdue reason=It is old.
          oidc-renewed           | INFO oidc_token_renewed
          shared:WRITE:FULL      | WARN shared_cache_call_failed operation=write took_ms=30.15 outcome=full detail=It says so.
          dropped                | WARN shared_revocation_dropped secret=app/db
          entry:UNREADABLE       | WARN shared_entry_rejected <db> result=unreadable
          entry:OUTDATED         | WARN shared_entry_rejected <db> result=outdated
          alone:true             | WARN shared_cache_coherence coherence=alone
          alone:false            | INFO shared_cache_coherence coherence=shared
          restored:3             | INFO cache_restored secrets=3
          principal:0            | INFO principal_restored principal=acs:ram::1:role/r end=2026-01-01T00:00:00Z
          cluster-keys-restored  | INFO cluster_keys_restored keys=2
          grant-restored:shop:0  | INFO grant_restored subject=system:serviceaccount:shop:app role=acs:ram::1:role/r end=2026-01-01T00:00:00Z
          files:user,crt         | INFO files_written files=2 changed=crt, user
          file-refused:user      | WARN file_failed file=user reason=app/db: Forbidden
          files-full             | WARN files_not_written reason=/run/files: No space left on device retry_in_ms=10000
          kms:FETCHED            | DEBUG kms_called <db> took_ms=30.15
          kms:denied             | DEBUG kms_called <db> took_ms=30.15
          read:HIT               | DEBUG secret_read <db> took_ms=30.15 cache=hit
          read:THROTTLED         | DEBUG secret_read <db> took_ms=30.15 outcome=throttled code=Slow detail=It is slow.
          shared:LEASE:DONE      | DEBUG shared_cache_called operation=lease took_ms=30.15
          entry:FOUND            | DEBUG shared_entry_read <db> result=found
          entry:ABSENT           | DEBUG shared_entry_read <db> result=absent
          entry:REVOKED          | DEBUG shared_entry_read <db> result=revoked
          """)
  void an_event_is_a_line_and_one_at_debug_is_not_there_at_info(String event, String line) {
    var expected = line.replace("<db>", "secret=app/db version_stage=ACSCurrent");
    Examples.happen(event, logging(), time);
    assertThat(log.lines()).isEqualTo(line.startsWith("DEBUG") ? List.of() : List.of(expected));
    log.withDebug();
    Examples.happen(event, logging(), time);
    assertThat(log.lines()).last().isEqualTo(expected);
  }

  /** Of events that occur in turn, about other secrets each time. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2   | kms:UNREACHABLE kms:THROTTLED
          2   | kms:UNREACHABLE kms:FETCHED
          2   | kms:shop:UNREACHABLE kms:bank:UNREACHABLE
          10  | refresh-failed:UNREACHABLE
          20  | refresh-failed:shop:TIMEOUT refresh-failed:bank:TIMEOUT
          10  | revoked
          1   | limited
          2   | rejected:403:A rejected:403:B
          1   | plain plain
          2   | plain:shop plain:bank
          2   | rejected:403:A rejected:404:A
          3   | rejected:403:A rejected:403:A:shop rejected:403:A:bank
          2   | evicted:BYTES evicted:COUNT
          10  | prefetch-failed:CREDENTIALS
          1   | token-unreadable
          100 | token-guessable
          1   | authorities-unreadable
          1   | key-not-renewed:CREDENTIALS:endless
          2   | key-missing:CREDENTIALS key-missing:not-us
          2   | shared:READ:FULL shared:WRITE:FULL
          2   | shared:READ:FULL shared:READ:TIMEOUT
          2   | shared:READ:TIMEOUT shared:READ:DONE
          10  | dropped
          0   | files-as-before:crt
          10  | file-refused:user
          1   | files-full
          10  | entry:UNREADABLE
          20  | entry:UNREADABLE entry:OUTDATED
          """)
  void of_a_hundred_events_in_half_a_minute_so_many_are_lines(int lines, String events) {
    var logging = logging();
    var words = events.split(" ", -1);
    for (var half = 1; half <= 2; half++) {
      for (var i = 0; i < 100; i++) {
        logging.publish(Examples.event(words[i % words.length], Secrets.current("app/" + i)));
      }
      assertThat(log.lines()).hasSize(lines * half);
      time.advance(Duration.ofSeconds(30));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms:TIMEOUT kms:FETCHED kms:FETCHED | WARN kms_call_failed, INFO kms_answers_again
          shared:READ:FULL shared:READ:DONE shared:READ:DONE 30 shared:READ:FULL shared:READ:DONE | WARN shared_cache_call_failed, INFO shared_cache_answers_again, WARN shared_cache_call_failed, INFO shared_cache_answers_again
          shared:WRITE:FULL shared:READ:DONE shared:LEASE:DONE | WARN shared_cache_call_failed
          shared:WRITE:FULL shared:READ:DONE shared:WRITE:DONE | WARN shared_cache_call_failed, INFO shared_cache_answers_again
          """)
  void what_works_again_says_so_once_in_each_outage(String story, String lines) {
    Examples.happen(story, logging(), time);
    assertThat(log.lines().stream().map(line -> line.split(" ", 3)).map(it -> it[0] + " " + it[1]))
        .containsExactly(lines.split(", ", -1));
  }

  @Test
  void what_works_again_says_so_after_many_that_never_did() {
    var logging = logging();
    for (var i = 0; i < 2 * FailingRoles.MOST; i++) {
      Examples.happen("kms:ns" + i + ":TIMEOUT", logging, time);
    }
    Examples.happen("kms:shop:TIMEOUT kms:shop:FETCHED", logging, time);
    assertThat(log.lines()).last().asString().startsWith("INFO kms_answers_again");
  }

  @Test
  void calls_that_go_on_failing_say_how_many_lines_were_left_out() {
    Examples.happen("kms:UNREACHABLE 1 ".repeat(90), logging(), time);
    assertThat(log.lines())
        .hasSize(3)
        .filteredOn(line -> line.contains(" suppressed=29 "))
        .hasSize(2);
  }

  @Test
  void calls_that_fail_again_are_there_at_debug() {
    log.withDebug();
    Examples.happen("kms:UNREACHABLE kms:UNREACHABLE", logging(), time);
    assertThat(log.lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("WARN kms_call_failed"),
            line -> assertThat(line).startsWith("DEBUG kms_call_failed"));
  }

  @Test
  void
      hits_are_a_hundred_lines_in_a_second_and_the_next_counts_the_others_and_other_reads_are_all_written() {
    log.withDebug();
    var logging = logging();
    Examples.happen("read:HIT ".repeat(250), logging, time);
    assertThat(log.lines()).hasSize(100);
    Examples.happen("2 read:HIT", logging, time);
    assertThat(log.lines()).hasSize(101).last().asString().endsWith(" suppressed=150");
    Examples.happen("read:TIMEOUT ".repeat(250), logging, time);
    assertThat(log.lines()).hasSize(351);
  }

  @Test
  void grants_that_end_are_logged_for_each_namespace_however_often_those_of_others_end() {
    IntStream.range(0, 1000).forEach(i -> ended("neighbour", "app-" + i));
    ended("shop", "app");
    assertThat(log.lines()).hasSize(11);
    assertThat(log.lines().getLast())
        .startsWith("WARN grant_ended subject=system:serviceaccount:shop:app ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"grant-ended:n", "rejected:403:A:n"})
  void more_namespaces_than_a_node_has_leave_other_topics_their_lines(String event) {
    for (int i = 0; i < 2 * Throttle.MAX_TOPICS; i++) {
      Examples.happen(event + i, events, time);
    }
    Examples.happen("limited", events, time);
    assertThat(log.lines().getLast()).startsWith("WARN client_calls_limited");
  }

  private void ended(String namespace, String account) {
    events.publish(
        new CallerEvent.GrantEnded(
            new Subject(namespace, account),
            new Principal("acs:ram::1:role/r"),
            new IdentityRefused("EntityNotExist.Role", "no")));
  }

  @Nested
  final class A_throttle {
    private final Throttle throttle = new Throttle(time);

    private boolean admits(Object topic, int limit) {
      return throttle.admit(topic, limit).admitted();
    }

    @Test
    void has_one_limit_for_too_many_topics_and_the_others_keep_theirs() {
      IntStream.range(0, Throttle.MAX_TOPICS).forEach(topic -> admits(topic, 1));
      assertThat(IntStream.range(0, 10_000).filter(other -> admits("other " + other, 7)).count())
          .isEqualTo(7);
      time.advance(Duration.ofSeconds(30));
      assertThat(admits(0, 1)).isTrue();
    }

    @Test
    void forgets_topics_whose_half_minute_is_over_for_new_ones() {
      IntStream.range(0, Throttle.MAX_TOPICS).forEach(topic -> admits(topic, 1));
      time.advance(Duration.ofSeconds(30));
      assertThat(IntStream.range(0, 100).filter(other -> admits("other " + other, 1)).count())
          .isEqualTo(100);
    }

    /** It looks at all topics once in half a minute, however many come. */
    @Test
    void forgets_none_before_and_not_again_within_half_a_minute() {
      IntStream.range(0, 500).forEach(topic -> admits(topic, 1));
      time.advance(Duration.ofSeconds(10));
      IntStream.range(500, Throttle.MAX_TOPICS).forEach(topic -> admits(topic, 1));
      admits("flood", 1);
      time.advance(Duration.ofSeconds(20));
      assertThat(admits("too soon to forget the early ones", 1)).isFalse();
      time.advance(Duration.ofSeconds(10));
      assertThat(admits("new", 1)).isTrue();
    }

    @Test
    void has_one_limit_for_many_threads() {
      assertThat(IntStream.range(0, 10_000).parallel().filter(_ -> admits("a", 7)).count())
          .isEqualTo(7);
    }
  }
}
