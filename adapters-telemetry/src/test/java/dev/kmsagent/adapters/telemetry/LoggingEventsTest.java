package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CallerEvent;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a line depends on besides its event: the level, and the events before. */
final class LoggingEventsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Fetched FETCHED = new Fetched(Secrets.text("app/db", "v1", "x"));

  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();
  private final AgentEvents logging =
      new DirectEvents(new LoggingEvents(time, CredentialOrigin.ISSUED, log.logger()).handlers());

  /** The level is set before the handlers are made, as when the agent starts. */
  private AgentEvents atDebug() {
    return new DirectEvents(
        new LoggingEvents(time, CredentialOrigin.ISSUED, log.withDebug().logger()).handlers());
  }

  @Nested
  final class Calls_to_kms {
    @Test
    void that_go_on_failing_say_how_many_lines_were_left_out() {
      for (var second = 0; second < 90; second++) {
        called(Secrets.unreachable());
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(log.lines())
          .hasSize(3)
          .filteredOn(line -> line.contains(" suppressed=29 "))
          .hasSize(2);
    }

    @Test
    void that_succeed_again_say_so_once() {
      called(Secrets.unreachable());
      called(FETCHED);
      called(FETCHED);
      assertThat(log.lines().subList(1, log.lines().size()))
          .containsExactly(
              "INFO kms_answers_again secret=app/db version_stage=ACSCurrent took_ms=30.0");
    }

    @Test
    void that_alternate_do_not_flood_the_log() {
      for (var i = 0; i < 1000; i++) {
        called(i % 2 == 0 ? Secrets.unreachable() : FETCHED);
      }
      assertThat(log.lines()).hasSize(2);
    }

    @Test
    void that_fail_again_are_there_at_debug() {
      log.withDebug();
      called(Secrets.unreachable());
      called(Secrets.unreachable());
      assertThat(log.lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("WARN kms_call_failed"),
              line -> assertThat(line).startsWith("DEBUG kms_call_failed"));
    }

    private void called(FetchOutcome outcome) {
      logging.publish(new KmsCalled(QUERY, outcome, Duration.ofMillis(30)));
    }
  }

  @Nested
  final class Grants {
    private final AgentEvents ofPods =
        new DirectEvents(
            new LoggingEvents(time, CredentialOrigin.EACH_POD, log.logger()).handlers());

    @Test
    void that_end_are_logged_for_each_subject_however_often_those_of_others_end() {
      IntStream.range(0, 1000).forEach(_ -> ended("neighbour"));

      ended("app");

      assertThat(log.lines()).hasSize(11);
      assertThat(log.lines().getLast())
          .startsWith("WARN grant_ended subject=system:serviceaccount:shop:app ");
    }

    @Test
    void of_more_subjects_than_a_node_has_leave_other_topics_their_lines() {
      IntStream.range(0, 2 * Throttle.MAX_TOPICS).forEach(i -> ended("app-" + i));

      ofPods.publish(new CallerEvent.ClusterKeysUnavailable("silent"));

      assertThat(log.lines().getLast()).startsWith("WARN cluster_keys_unavailable");
    }

    private void ended(String account) {
      ofPods.publish(
          new CallerEvent.GrantEnded(
              new Subject("shop", account),
              new Principal("acs:ram::1:role/r"),
              new IdentityRefused("EntityNotExist.Role", "no")));
    }
  }

  @Nested
  final class Calls_to_the_shared_cache {
    private static final Failed SILENT = new Failed(Cause.TIMEOUT, "It is silent.");
    private static final String AGAIN = "INFO shared_cache_answers_again";

    @Test
    void that_work_again_say_so_once_in_each_outage() {
      called(SharedCacheOperation.READ, SILENT);
      worked(SharedCacheOperation.READ);
      worked(SharedCacheOperation.READ);
      time.advance(Duration.ofSeconds(30));
      called(SharedCacheOperation.READ, SILENT);
      worked(SharedCacheOperation.READ);
      assertThat(log.lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("WARN shared_cache_call_failed"),
              line -> assertThat(line).isEqualTo(AGAIN + " operation=read took_ms=3.0"),
              line -> assertThat(line).startsWith("WARN shared_cache_call_failed"),
              line -> assertThat(line).isEqualTo(AGAIN + " operation=read took_ms=3.0"));
    }

    @Test
    void that_read_do_not_say_that_those_that_write_work_again() {
      called(SharedCacheOperation.WRITE, SILENT);
      worked(SharedCacheOperation.READ);
      worked(SharedCacheOperation.LEASE);
      assertThat(log.lines()).hasSize(1);

      worked(SharedCacheOperation.WRITE);
      assertThat(log.lines()).last().isEqualTo(AGAIN + " operation=write took_ms=3.0");
    }

    @Test
    void that_alternate_do_not_flood_the_log() {
      for (var i = 0; i < 1000; i++) {
        called(SharedCacheOperation.READ, SILENT);
        worked(SharedCacheOperation.READ);
      }
      assertThat(log.lines()).hasSize(2);
    }

    private void worked(SharedCacheOperation operation) {
      called(operation, new Done());
    }

    private void called(SharedCacheOperation operation, SharedCacheOutcome outcome) {
      logging.publish(new SharedCacheCalled(operation, outcome, Duration.ofMillis(3)));
    }
  }

  @Nested
  final class Reads {
    private final Found hit =
        new Found(Secrets.entry(FETCHED.secret(), VirtualTime.START), CacheState.HIT);

    @Test
    void that_are_hits_are_a_hundred_lines_in_a_second_and_a_count() {
      var logging = atDebug();
      var read = new SecretRead(QUERY, hit, Duration.ZERO);
      IntStream.range(0, 250).forEach(_ -> logging.publish(read));
      assertThat(log.lines()).hasSize(100);
      time.advance(Duration.ofSeconds(2));
      logging.publish(read);
      assertThat(log.lines()).hasSize(102).contains("DEBUG hits_not_logged count=150");
    }

    @Test
    void that_are_no_hits_are_all_written_at_debug() {
      var logging = atDebug();
      var failure = new SecretRead(QUERY, Secrets.unreachable(), Duration.ofSeconds(1));
      IntStream.range(0, 250).forEach(_ -> logging.publish(failure));
      assertThat(log.lines()).hasSize(250);
    }
  }
}
