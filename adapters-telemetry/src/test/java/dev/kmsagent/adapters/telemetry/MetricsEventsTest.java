package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Retrieval;
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
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.testkit.AgentEventsContract;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class MetricsEventsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final VirtualTime time = new VirtualTime();
  private final MetricsEvents metrics = new MetricsEvents(time, "1.2.3");
  private final AgentEvents events = new DirectEvents(metrics.handlers());

  @Nested
  final class Keeps_the_contract implements AgentEventsContract {
    @Override
    public AgentEvents receiver() {
      return events;
    }
  }

  @Nested
  final class Requests {
    @Test
    void are_counted_by_the_part_the_cache_had() {
      read(found(CacheState.HIT), Duration.ofNanos(150_000));
      read(found(CacheState.HIT), Duration.ofNanos(150_000));
      read(found(CacheState.MISS), Duration.ofMillis(30));
      assertThat(lines())
          .contains(
              "kms_agent_requests_total{cache=\"hit\",outcome=\"found\"} 2.0",
              "kms_agent_requests_total{cache=\"miss\",outcome=\"found\"} 1.0",
              "kms_agent_requests_total{cache=\"refreshed\",outcome=\"found\"} 0.0");
    }

    @Test
    void are_counted_by_why_there_is_no_secret() {
      read(Secrets.denied(), Duration.ofMillis(30));
      read(Secrets.unreachable(), Duration.ofMillis(30));
      read(new IdentityRefused("SignatureDoesNotMatch", "no"), Duration.ofMillis(30));
      assertThat(lines())
          .contains(
              "kms_agent_requests_total{cache=\"none\",outcome=\"refused\"} 1.0",
              "kms_agent_requests_total{cache=\"none\",outcome=\"unreachable\"} 1.0",
              "kms_agent_requests_total{cache=\"none\",outcome=\"identity_refused\"} 1.0");
    }

    @Test
    void are_timed_in_seconds() {
      read(found(CacheState.HIT), Duration.ofNanos(150_000));
      read(found(CacheState.HIT), Duration.ofMillis(20));
      assertThat(lines())
          .contains(
              "kms_agent_request_duration_seconds_bucket{cache=\"hit\",le=\"1.0E-4\"} 0",
              "kms_agent_request_duration_seconds_bucket{cache=\"hit\",le=\"2.5E-4\"} 1",
              "kms_agent_request_duration_seconds_count{cache=\"hit\"} 2",
              "kms_agent_request_duration_seconds_sum{cache=\"hit\"} 0.02015");
    }

    @Test
    void that_fail_are_timed_apart() {
      read(Secrets.unreachable(), Duration.ofSeconds(7));
      assertThat(lines()).contains("kms_agent_request_duration_seconds_sum{cache=\"none\"} 7.0");
    }

    @Test
    void served_stale_are_counted_once_more() {
      read(found(CacheState.STALE), Duration.ofMillis(1));
      read(found(CacheState.HIT), Duration.ofMillis(1));
      assertThat(lines()).contains("kms_agent_stale_serves_total 1.0");
    }

    @Test
    void that_are_turned_away_are_counted_by_status_and_code() {
      events.publish(new RequestRejected(403, "Forbidden.Token"));
      assertThat(lines())
          .contains(
              "kms_agent_requests_rejected_total{code=\"Forbidden.Token\",status=\"403\"} 1.0");
    }
  }

  @Nested
  final class Kms {
    @Test
    void calls_are_counted_by_outcome() {
      called(new Fetched(Secrets.text("app/db", "v1", "x")));
      called(Secrets.denied());
      called(Secrets.unreachable());
      assertThat(lines())
          .contains(
              "kms_agent_kms_calls_total{outcome=\"fetched\"} 1.0",
              "kms_agent_kms_calls_total{outcome=\"refused\"} 1.0",
              "kms_agent_kms_calls_total{outcome=\"unreachable\"} 1.0",
              "kms_agent_kms_calls_total{outcome=\"throttled\"} 0.0");
    }

    @Test
    void calls_are_timed() {
      called(Secrets.unreachable());
      assertThat(lines())
          .contains(
              "kms_agent_kms_call_duration_seconds_bucket{le=\"0.025\"} 0",
              "kms_agent_kms_call_duration_seconds_bucket{le=\"0.05\"} 1",
              "kms_agent_kms_call_duration_seconds_count 1");
    }

    @Test
    void the_last_answer_has_no_age_before_there_is_one() {
      called(Secrets.unreachable());
      assertThat(lines()).noneMatch(line -> line.startsWith("kms_agent_kms_last_answer_age"));
    }

    @Test
    void the_age_of_the_last_answer_grows_while_calls_fail() {
      called(new Fetched(Secrets.text("app/db", "v1", "x")));
      time.advance(Duration.ofSeconds(40));
      called(Secrets.unreachable());
      assertThat(lines()).contains("kms_agent_kms_last_answer_age_seconds 40.0");
    }

    @Test
    void a_refusal_about_a_secret_is_an_answer() {
      called(Secrets.gone());
      assertThat(lines()).contains("kms_agent_kms_last_answer_age_seconds 0.0");
    }

    @Test
    void a_refusal_of_our_identity_is_no_answer() {
      called(new IdentityRefused("InvalidAccessKeyId.NotFound", "no"));
      assertThat(lines()).noneMatch(line -> line.startsWith("kms_agent_kms_last_answer_age"));
    }

    @Test
    void failed_refreshes_are_counted_by_outcome() {
      events.publish(new RefreshFailed(QUERY, Secrets.unreachable(), Duration.ofSeconds(1)));
      assertThat(lines()).contains("kms_agent_refresh_failures_total{outcome=\"unreachable\"} 1.0");
    }

    @Test
    void revocations_are_counted() {
      events.publish(new SecretRevoked(QUERY, Secrets.denied(), 3));
      assertThat(lines()).contains("kms_agent_revocations_total 1.0");
    }

    @Test
    void the_breaker_is_closed_at_first() {
      assertThat(lines())
          .contains(
              "kms_agent_breaker_state{state=\"closed\"} 1.0",
              "kms_agent_breaker_state{state=\"open\"} 0.0",
              "kms_agent_breaker_state{state=\"half_open\"} 0.0");
    }

    @Test
    void the_breaker_is_in_one_state() {
      events.publish(new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN));
      events.publish(new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN));
      assertThat(lines())
          .contains(
              "kms_agent_breaker_state{state=\"closed\"} 0.0",
              "kms_agent_breaker_state{state=\"open\"} 0.0",
              "kms_agent_breaker_state{state=\"half_open\"} 1.0");
    }

    private void called(FetchOutcome outcome) {
      events.publish(new KmsCalled(QUERY, outcome, Duration.ofMillis(30)));
    }
  }

  @Nested
  final class Credentials {
    private static final String LEFT = "kms_agent_credentials_seconds_left";

    @Test
    void are_counted_by_what_became_of_renewing_them() {
      obtained(Duration.ofHours(1));
      obtained(Duration.ofHours(1));
      events.publish(
          new CredentialsNotRenewed(Secrets.unreachable(), Duration.ZERO, time.instant()));
      missing();
      assertThat(lines())
          .contains(
              "kms_agent_credentials_renewals_total{result=\"obtained\"} 2.0",
              "kms_agent_credentials_renewals_total{result=\"not_renewed\"} 1.0",
              "kms_agent_credentials_renewals_total{result=\"missing\"} 1.0");
    }

    @Test
    void show_the_time_to_their_end() {
      obtained(Duration.ofHours(1));
      time.advance(Duration.ofSeconds(100));
      assertThat(lines()).contains(LEFT + " 3500.0");
    }

    @Test
    void show_no_time_before_there_are_any_nor_for_those_without_an_end() {
      assertThat(lines()).noneMatch(line -> line.startsWith(LEFT));
      events.publish(new CredentialsObtained(Instant.MAX));
      assertThat(lines()).noneMatch(line -> line.startsWith(LEFT));
    }

    @Test
    void show_no_time_once_they_are_missing_or_have_ended() {
      obtained(Duration.ofHours(1));
      missing();
      assertThat(lines()).noneMatch(line -> line.startsWith(LEFT));
      obtained(Duration.ofHours(1));
      time.advance(Duration.ofHours(1));
      assertThat(lines()).noneMatch(line -> line.startsWith(LEFT));
    }

    private void obtained(Duration life) {
      events.publish(new CredentialsObtained(time.instant().plus(life)));
    }

    private void missing() {
      events.publish(new CredentialsMissing(Secrets.unreachable(), Duration.ZERO));
    }
  }

  @Nested
  final class The_agent {
    @Test
    void shows_what_its_cache_holds_now() {
      var cache = new FakeSecretCache();
      metrics.watch(cache);
      var entry = Secrets.entry(Secrets.text("app/db", "v1", "x"), time.instant());
      cache.store(QUERY, entry);
      assertThat(lines())
          .contains("kms_agent_cache_entries 1.0", "kms_agent_cache_bytes " + entry.size() + ".0");
    }

    @Test
    void counts_evictions_by_cause() {
      events.publish(new EntryEvicted(QUERY, EvictionCause.BYTES));
      assertThat(lines())
          .contains(
              "kms_agent_cache_evictions_total{cause=\"bytes\"} 1.0",
              "kms_agent_cache_evictions_total{cause=\"count\"} 0.0");
    }

    @Test
    void counts_what_it_prefetched() {
      events.publish(new PrefetchFailed(QUERY.name(), Secrets.gone()));
      events.publish(new PrefetchFinished(3, 1));
      assertThat(lines())
          .contains(
              "kms_agent_prefetched_secrets_total{result=\"loaded\"} 3.0",
              "kms_agent_prefetched_secrets_total{result=\"failed\"} 1.0");
    }

    @Test
    void counts_how_often_it_read_its_token_again() {
      events.publish(new TokenReloaded());
      events.publish(new TokenUnreadable("no such file"));
      events.publish(new TokenUnreadable("no such file"));
      assertThat(lines())
          .contains(
              "kms_agent_token_reloads_total{result=\"reloaded\"} 1.0",
              "kms_agent_token_reloads_total{result=\"unreadable\"} 2.0");
    }

    @Test
    void counts_how_often_it_read_its_authorities_again() {
      events.publish(new AuthoritiesReloaded());
      events.publish(new AuthoritiesUnreadable("no such file"));
      assertThat(lines())
          .contains(
              "kms_agent_authorities_reloads_total{result=\"reloaded\"} 1.0",
              "kms_agent_authorities_reloads_total{result=\"unreadable\"} 1.0");
    }

    @Test
    void says_its_version_and_that_of_its_java() {
      assertThat(lines())
          .contains("kms_agent_build_info{java=\"" + Runtime.version() + "\",version=\"1.2.3\"} 1");
    }
  }

  @Test
  void lines_that_were_lost_are_counted_by_reason() {
    var losses = new LogLosses(time);
    metrics.watch(losses);
    losses.count(LogLosses.Kind.LOG, LogLosses.Reason.THROTTLED);
    losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.WRITE_FAILED);
    assertThat(lines())
        .contains(
            "kms_agent_log_lines_dropped_total{reason=\"queue_full\"} 0.0",
            "kms_agent_log_lines_dropped_total{reason=\"write_failed\"} 0.0",
            "kms_agent_log_lines_dropped_total{reason=\"throttled\"} 1.0",
            "kms_agent_audit_lines_lost_total{reason=\"queue_full\"} 0.0",
            "kms_agent_audit_lines_lost_total{reason=\"write_failed\"} 1.0",
            "kms_agent_audit_lines_lost_total{reason=\"deadline\"} 0.0");
  }

  @Test
  void the_media_type_is_that_of_prometheus_text() {
    assertThat(metrics.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
  }

  private void read(Retrieval outcome, Duration took) {
    events.publish(new SecretRead(QUERY, outcome, took));
  }

  private static Found found(CacheState state) {
    var secret = Secrets.text("app/db", "v1", "x");
    return new Found(Secrets.entry(secret, VirtualTime.START), state);
  }

  private List<String> lines() {
    return Scraped.lines(metrics);
  }
}
