package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SharedCacheLogTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();
  private final AgentEvents logging =
      new DirectEvents(new LoggingEvents(time, log.logger()).handlers());

  @Nested
  final class Calls {
    private static final Failed FULL = new Failed(Cause.FULL, "It has no memory left.");
    private static final Failed SILENT = new Failed(Cause.TIMEOUT, "It is silent.");
    private static final String AGAIN = "INFO shared_cache_answers_again";

    @Test
    void that_fail_say_what_was_asked_and_why() {
      called(SharedCacheOperation.WRITE, FULL);
      assertThat(log.lines())
          .containsExactly(
              "WARN shared_cache_call_failed operation=write took_ms=3.0 outcome=full"
                  + " detail=It has no memory left.");
    }

    @Test
    void that_go_on_failing_are_a_line_in_half_a_minute_for_each_operation_and_cause() {
      for (var second = 0; second < 60; second++) {
        called(SharedCacheOperation.READ, SILENT);
        called(SharedCacheOperation.WRITE, SILENT);
        called(SharedCacheOperation.WRITE, FULL);
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(log.lines()).hasSize(6);
    }

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
      called(SharedCacheOperation.WRITE, FULL);
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

    @Test
    void that_work_are_not_worth_a_line() {
      worked(SharedCacheOperation.READ);
      assertThat(log.lines()).isEmpty();
    }

    @Test
    void are_all_there_at_debug() {
      log.withDebug();
      worked(SharedCacheOperation.LEASE);
      called(SharedCacheOperation.LEASE, SILENT);
      called(SharedCacheOperation.LEASE, SILENT);
      assertThat(log.lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .isEqualTo("DEBUG shared_cache_called operation=lease took_ms=3.0"),
              line -> assertThat(line).startsWith("WARN shared_cache_call_failed"),
              line -> assertThat(line).startsWith("DEBUG shared_cache_call_failed"));
    }

    private void worked(SharedCacheOperation operation) {
      called(operation, new Done());
    }

    private void called(SharedCacheOperation operation, SharedCacheOutcome outcome) {
      logging.publish(new SharedCacheCalled(operation, outcome, Duration.ofMillis(3)));
    }
  }

  @Test
  void revocations_that_are_dropped_are_lines() {
    logging.publish(new RevocationDropped(QUERY.name()));
    assertThat(log.lines()).containsExactly("WARN shared_revocation_dropped secret=app/db");
  }

  @Nested
  final class Entries {
    @ParameterizedTest
    @EnumSource(names = {"UNREADABLE", "OUTDATED"})
    void that_are_not_used_name_the_secret_and_say_why(SharedRead result) {
      logging.publish(new SharedEntryRead(QUERY, result));
      assertThat(log.lines())
          .containsExactly(
              "WARN shared_entry_rejected secret=app/db version_stage=ACSCurrent result="
                  + MetricLabels.of(result));
    }

    @Test
    void that_are_not_used_are_a_line_for_the_first_ten_of_a_kind_in_half_a_minute() {
      for (var i = 0; i < 100; i++) {
        var query = Secrets.current("app/" + i);
        logging.publish(new SharedEntryRead(query, SharedRead.UNREADABLE));
        logging.publish(new SharedEntryRead(query, SharedRead.OUTDATED));
      }
      assertThat(log.lines()).hasSize(20);
    }

    @ParameterizedTest
    @EnumSource(names = {"FOUND", "ABSENT", "REVOKED"})
    void that_are_in_order_are_a_line_at_debug(SharedRead result) {
      logging.publish(new SharedEntryRead(QUERY, result));
      assertThat(log.lines()).isEmpty();

      log.withDebug();
      logging.publish(new SharedEntryRead(QUERY, result));
      assertThat(log.lines())
          .containsExactly(
              "DEBUG shared_entry_read secret=app/db version_stage=ACSCurrent result="
                  + MetricLabels.of(result));
    }
  }

  @Nested
  final class Coherence_with_others {
    @Test
    void is_a_line_when_it_changes_and_a_warning_when_there_is_none() {
      logging.publish(new SharedCacheAlone(true));
      logging.publish(new SharedCacheAlone(false));
      assertThat(log.lines())
          .containsExactly(
              "WARN shared_cache_coherence coherence=alone",
              "INFO shared_cache_coherence coherence=shared");
    }
  }
}
