package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.KmsEvent.ClientCallsLimited;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenGuessable;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.testkit.AgentEventsContract;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class LoggingEventsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Fetched FETCHED = new Fetched(Secrets.text("app/db", "v1", "x"));
  private static final Unavailable THROTTLED =
      new Unavailable(Unavailable.Cause.THROTTLED, "Rejected.Throttling", "slow down");

  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();
  private final AgentEvents logging =
      new DirectEvents(new LoggingEvents(time, log.logger()).handlers());

  /** The level is set before the handlers are made, as when the agent starts. */
  private AgentEvents atDebug() {
    return new DirectEvents(new LoggingEvents(time, log.withDebug().logger()).handlers());
  }

  @Nested
  final class Keeps_the_contract implements AgentEventsContract {
    @Override
    public AgentEvents receiver() {
      return logging;
    }
  }

  @Nested
  final class Keeps_the_contract_at_debug implements AgentEventsContract {
    private final AgentEvents receiver =
        new DirectEvents(
            new LoggingEvents(time, LogRecorder.ofOwnLogger().withDebug().logger()).handlers());

    @Override
    public AgentEvents receiver() {
      return receiver;
    }
  }

  @Nested
  final class Calls_to_kms {
    @Test
    void that_fail_say_why() {
      called(THROTTLED);
      assertThat(log.lines())
          .containsExactly(
              "WARN kms_call_failed secret=app/db version_stage=ACSCurrent took_ms=30.0"
                  + " outcome=throttled code=Rejected.Throttling detail=slow down");
    }

    @Test
    void that_are_refused_our_identity_say_so() {
      called(new IdentityRefused("SignatureDoesNotMatch", "wrong key"));
      assertThat(log.lines())
          .containsExactly(
              "WARN kms_call_failed secret=app/db version_stage=ACSCurrent took_ms=30.0"
                  + " outcome=identity_refused code=SignatureDoesNotMatch detail=wrong key");
    }

    @Test
    void that_go_on_failing_are_a_line_in_half_a_minute() {
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
    void that_fail_for_another_cause_say_so_at_once() {
      called(Secrets.unreachable());
      called(THROTTLED);
      assertThat(log.lines()).hasSize(2);
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
    void that_are_answered_are_not_worth_a_line() {
      called(FETCHED);
      called(Secrets.gone());
      assertThat(log.lines()).isEmpty();
    }

    @Test
    void are_all_there_at_debug() {
      log.withDebug();
      called(FETCHED);
      called(Secrets.unreachable());
      called(Secrets.unreachable());
      assertThat(log.lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("DEBUG kms_called"),
              line -> assertThat(line).startsWith("WARN kms_call_failed"),
              line -> assertThat(line).startsWith("DEBUG kms_call_failed"));
    }

    private void called(FetchOutcome outcome) {
      logging.publish(new KmsCalled(QUERY, outcome, Duration.ofMillis(30)));
    }
  }

  @Nested
  final class Reads {
    private final SecretRead read =
        new SecretRead(
            QUERY,
            new Found(Secrets.entry(FETCHED.secret(), VirtualTime.START), CacheState.HIT),
            Duration.ofNanos(150_000));

    @Test
    void are_not_worth_a_line() {
      logging.publish(read);
      logging.publish(new SecretRead(QUERY, THROTTLED, Duration.ofSeconds(1)));
      assertThat(log.lines()).isEmpty();
    }

    @Test
    void are_there_at_debug() {
      var logging = atDebug();
      logging.publish(read);
      logging.publish(new SecretRead(QUERY, THROTTLED, Duration.ofSeconds(1)));
      assertThat(log.lines())
          .containsExactly(
              "DEBUG secret_read secret=app/db version_stage=ACSCurrent took_ms=0.15 cache=hit",
              "DEBUG secret_read secret=app/db version_stage=ACSCurrent took_ms=1000.0"
                  + " outcome=throttled code=Rejected.Throttling detail=slow down");
    }

    @Test
    void that_are_hits_are_a_hundred_lines_in_a_second_and_a_count() {
      var logging = atDebug();
      IntStream.range(0, 250).forEach(_ -> logging.publish(read));
      assertThat(log.lines()).hasSize(100);
      time.advance(Duration.ofSeconds(2));
      logging.publish(read);
      assertThat(log.lines()).hasSize(102).contains("DEBUG hits_not_logged count=150");
    }

    @Test
    void that_are_no_hits_are_all_written_at_debug() {
      var logging = atDebug();
      var failure = new SecretRead(QUERY, THROTTLED, Duration.ofSeconds(1));
      IntStream.range(0, 250).forEach(_ -> logging.publish(failure));
      assertThat(log.lines()).hasSize(250);
    }

    @Test
    void that_are_turned_away_are_a_line_for_each_code_in_half_a_minute() {
      for (var i = 0; i < 100; i++) {
        logging.publish(new RequestRejected(403, "Forbidden.Token"));
        logging.publish(new RequestRejected(403, "Forbidden.Host"));
        logging.publish(new RequestRejected(404, "InvalidPath"));
      }
      assertThat(log.lines())
          .containsExactly(
              "WARN request_rejected status=403 code=Forbidden.Token",
              "WARN request_rejected status=403 code=Forbidden.Host",
              "WARN request_rejected status=404 code=InvalidPath");
    }
  }

  @Nested
  final class Calls_at_will {
    @Test
    void are_a_warning_when_they_reach_their_limit_and_once_in_half_a_minute() {
      for (var i = 0; i < 100; i++) {
        logging.publish(new ClientCallsLimited(Secrets.current("guess-" + i)));
      }
      assertThat(log.lines())
          .containsExactly("WARN client_calls_limited secret=guess-0 version_stage=ACSCurrent");
    }
  }

  @Nested
  final class What_is_cached {
    @Test
    void and_revoked_is_a_line() {
      logging.publish(new SecretRevoked(QUERY, Secrets.denied(), 2));
      assertThat(log.lines())
          .containsExactly(
              "INFO secret_revoked secret=app/db version_stage=ACSCurrent outcome=refused"
                  + " code=Forbidden.NoPermission"
                  + " kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 entries=2");
    }

    @Test
    void and_cannot_be_refreshed_is_a_line_for_the_first_ten_in_half_a_minute() {
      for (var i = 0; i < 100; i++) {
        logging.publish(
            new RefreshFailed(
                Secrets.current("app/" + i), Secrets.unreachable(), Duration.ofSeconds(2)));
      }
      assertThat(log.lines())
          .hasSize(10)
          .first()
          .isEqualTo(
              "WARN refresh_failed secret=app/0 version_stage=ACSCurrent outcome=unreachable"
                  + " code= detail=KMS cannot be reached. retry_in_ms=2000");
    }

    @Test
    void and_evicted_is_a_line_for_each_cause_in_half_a_minute() {
      for (var i = 0; i < 100; i++) {
        logging.publish(new EntryEvicted(QUERY, EvictionCause.BYTES));
        logging.publish(new EntryEvicted(QUERY, EvictionCause.COUNT));
      }
      assertThat(log.lines())
          .containsExactly(
              "WARN entry_evicted secret=app/db version_stage=ACSCurrent cause=bytes"
                  + " advice=raise Cache.MaxBytes and KMS_AGENT_HEAP",
              "INFO entry_evicted secret=app/db version_stage=ACSCurrent cause=count"
                  + " advice=raise Cache.CacheSize");
    }
  }

  @Nested
  final class Changes_of_the_agent {
    @Test
    void an_open_breaker_is_a_warning_and_a_closed_one_good_news() {
      logging.publish(new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN));
      logging.publish(new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN));
      logging.publish(new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED));
      assertThat(log.lines())
          .containsExactly(
              "WARN breaker_changed from=closed to=open",
              "INFO breaker_changed from=open to=half_open",
              "INFO breaker_changed from=half_open to=closed");
    }

    @Test
    void every_secret_that_could_not_be_prefetched_is_named() {
      for (var i = 0; i < 20; i++) {
        logging.publish(
            new PrefetchFailed(Secrets.current("app/" + i).name(), Secrets.unreachable()));
      }
      logging.publish(new PrefetchFinished(3, 20));
      assertThat(log.lines())
          .hasSize(21)
          .contains(
              "WARN prefetch_failed secret=app/19 outcome=unreachable"
                  + " code= detail=KMS cannot be reached.",
              "INFO prefetch_finished loaded=3 failed=20");
    }

    @Test
    void a_token_that_was_read_again_or_could_not_be_is_a_line() {
      logging.publish(new TokenReloaded());
      logging.publish(new TokenUnreadable("no such file"));
      logging.publish(new TokenUnreadable("no such file"));
      assertThat(log.lines())
          .containsExactly("INFO token_reloaded", "WARN token_unreadable reason=no such file");
    }

    @Test
    void a_token_that_can_be_guessed_is_a_line_each_time() {
      logging.publish(new TokenGuessable());
      logging.publish(new TokenGuessable());
      var line = "WARN token_can_be_guessed advice=use at least 16 random characters";
      assertThat(log.lines()).containsExactly(line, line);
    }

    @Test
    void authorities_that_were_read_again_or_could_not_be_are_a_line() {
      logging.publish(new AuthoritiesReloaded());
      logging.publish(new AuthoritiesUnreadable("no such file"));
      logging.publish(new AuthoritiesUnreadable("no such file"));
      assertThat(log.lines())
          .containsExactly(
              "INFO authorities_reloaded", "WARN authorities_unreadable reason=no such file");
    }
  }

  @Nested
  final class Credentials {
    private static final Unavailable SILENT =
        new Unavailable(Unavailable.Cause.CREDENTIALS, "", "STS does not answer.");

    @Test
    void that_were_obtained_are_a_line_with_their_end() {
      logging.publish(new CredentialsObtained(VirtualTime.START));
      logging.publish(new CredentialsObtained(Instant.MAX));
      assertThat(log.lines())
          .containsExactly(
              "INFO credentials_obtained end=2026-01-01T00:00:00Z",
              "INFO credentials_obtained end=none");
    }

    @Test
    void that_cannot_be_renewed_are_a_line_in_half_a_minute_that_says_why() {
      for (var second = 0; second < 60; second++) {
        logging.publish(
            new CredentialsNotRenewed(SILENT, Duration.ofSeconds(10), VirtualTime.START));
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(log.lines())
          .hasSize(2)
          .first()
          .isEqualTo(
              "WARN credentials_not_renewed outcome=credentials code= detail=STS does not answer."
                  + " retry_in_ms=10000 end=2026-01-01T00:00:00Z");
    }

    @Test
    void that_are_missing_are_a_line_for_each_cause_in_half_a_minute() {
      for (var i = 0; i < 100; i++) {
        logging.publish(new CredentialsMissing(SILENT, Duration.ofSeconds(2)));
        logging.publish(
            new CredentialsMissing(
                new IdentityRefused("AuthenticationFail.NoPermission", "refused"),
                Duration.ofSeconds(2)));
      }
      assertThat(log.lines())
          .containsExactly(
              "WARN credentials_missing outcome=credentials code= detail=STS does not answer."
                  + " retry_in_ms=2000",
              "WARN credentials_missing outcome=identity_refused"
                  + " code=AuthenticationFail.NoPermission detail=refused retry_in_ms=2000");
    }
  }
}
