package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent.GrantNotConfirmed;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class MetricsEventsTest {
  /** Events as {@link Examples} names them, and below them metrics without their prefix. */
  private static final String COUNTED =
      """
      read:HIT read:HIT read:MISS
          requests_total{cache="hit",outcome="found"} 2.0
          requests_total{cache="miss",outcome="found"} 1.0
          requests_total{cache="refreshed",outcome="found"} 0.0
          request_duration_seconds_bucket{cache="hit",le="0.025"} 0
          request_duration_seconds_bucket{cache="hit",le="0.05"} 2
          request_duration_seconds_count{cache="hit"} 2
          request_duration_seconds_sum{cache="miss"} 0.03015
          stale_serves_total 0.0
      read:denied read:UNREACHABLE read:not-us
          requests_total{cache="none",outcome="refused"} 1.0
          requests_total{cache="none",outcome="unreachable"} 1.0
          requests_total{cache="none",outcome="identity_refused"} 1.0
          request_duration_seconds_count{cache="none"} 3
          request_duration_seconds_bucket{cache="none",le="2.5E-4"} 0
      read:STALE read:HIT
          stale_serves_total 1.0
      rejected:403:Forbidden.Token
          requests_rejected_total{code="Forbidden.Token",reason="wrong",status="403"} 1.0
      plain plain:shop plain:shop
          plain_requests_total{namespace=""} 1.0
          plain_requests_total{namespace="shop"} 2.0
      certificate certificate-unusable
          tls_certificate_expiry_timestamp_seconds 1.7672256E9
      kms:FETCHED kms:denied kms:UNREACHABLE not-called:BULKHEAD_FULL
          kms_calls_total{outcome="bulkhead_full"} 1.0
          kms_calls_total{outcome="fetched"} 1.0
          kms_calls_total{outcome="refused"} 1.0
          kms_calls_total{outcome="unreachable"} 1.0
          kms_calls_total{outcome="throttled"} 0.0
          kms_call_duration_seconds_bucket{le="0.025"} 0
          kms_call_duration_seconds_bucket{le="0.05"} 3
          kms_call_duration_seconds_count 3
      refresh-failed:UNREACHABLE
          refresh_failures_total{outcome="unreachable"} 1.0
          breaker_state{state="closed"} 1.0
          breaker_state{state="open"} 0.0
          breaker_state{state="half_open"} 0.0
      revoked
          revocations_total 1.0
      breaker:CLOSED:OPEN breaker:OPEN:HALF_OPEN
          breaker_state{state="closed"} 0.0
          breaker_state{state="open"} 0.0
          breaker_state{state="half_open"} 1.0
      key:0 key:0 key-not-renewed:not-us:0 key-missing:not-us
          credentials_renewals_total{result="obtained"} 2.0
          credentials_renewals_total{result="not_renewed"} 1.0
          credentials_renewals_total{result="missing"} 1.0
      evicted:BYTES
          cache_evictions_total{cause="bytes"} 1.0
          cache_evictions_total{cause="count"} 0.0
      token-reloaded token-unreadable token-unreadable
          token_reloads_total{result="reloaded"} 1.0
          token_reloads_total{result="unreadable"} 2.0
      alone:false
          shared_cache_calls_total{operation="read",outcome="done"} 0.0
          shared_cache_calls_total{operation="lease",outcome="not_ready"} 0.0
          shared_cache_reads_total{result="unreadable"} 0.0
      shared:READ:DONE shared:READ:DONE shared:WRITE:READ_ONLY
          shared_cache_calls_total{operation="read",outcome="done"} 2.0
          shared_cache_calls_total{operation="write",outcome="read_only"} 1.0
          shared_cache_calls_total{operation="write",outcome="done"} 0.0
          shared_cache_coherence{state="alone"} 0.0
      shared:LEASE:DONE shared:LEASE:TIMEOUT
          shared_cache_calls_total{operation="lease",outcome="timeout"} 1.0
      entry:FOUND entry:OUTDATED
          shared_cache_reads_total{result="found"} 1.0
          shared_cache_reads_total{result="outdated"} 1.0
          shared_cache_reads_total{result="absent"} 0.0
      alone:true
          shared_cache_coherence{state="alone"} 1.0
      alone:true alone:false
          shared_cache_coherence{state="alone"} 0.0
      kms:FETCHED 40 kms:UNREACHABLE
          kms_last_answer_age_seconds 40.0
      kms:denied
          kms_last_answer_age_seconds 0.0
      key:3600 100
          credentials_seconds_left 3500.0
      token-reloaded
          files{state="current"} 0.0
          files{state="failed"} 2.0
      file-refused:user files:crt
          files{state="current"} 1.0
          files{state="failed"} 1.0
      """;

  private final VirtualTime time = new VirtualTime();
  private final LogLosses losses = new LogLosses(time);
  private final MetricsEvents metrics = metrics(Configs.KEY, Configs.FILES);
  private final AgentEvents events = Examples.direct(metrics.handlers());

  private MetricsEvents metrics(String... config) {
    return new MetricsEvents(Configs.of(config), time, "1.2.3", losses);
  }

  static Stream<String> counted() {
    return Stream.of(COUNTED.split("\n(?=\\S)", -1));
  }

  @ParameterizedTest
  @MethodSource("counted")
  void events_are_counted(String counted) {
    var metrics = metrics(Configs.KEY, Configs.FOLDER, Configs.FILES);
    var events = Examples.direct(metrics.handlers());
    var lines = counted.strip().split("\n\\s+", -1);
    Examples.happen(lines[0], events, time);
    assertThat(Examples.scraped(metrics))
        .containsAll(Stream.of(lines).skip(1).map("kms_agent_"::concat).toList());
  }

  /** Before there is a value, and where it has ended. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms:UNREACHABLE kms:not-us   | kms_last_answer_age_seconds
          key:endless                  | credentials_seconds_left
          kms:FETCHED                  | credentials_seconds_left
          key:3600 key-missing:TIMEOUT | credentials_seconds_left
          key:3600 3600                | credentials_seconds_left
          kms:UNREACHABLE              | shared_cache
          """)
  void what_has_no_value_is_absent(String story, String metric) {
    Examples.happen(story, events, time);
    assertThat(lines()).isNotEmpty().noneMatch(line -> line.startsWith("kms_agent_" + metric));
  }

  @ParameterizedTest
  @CsvSource({"not-us, refused", "TIMEOUT, undecided"})
  void a_token_that_sts_does_not_accept_is_refused_and_an_outage_decides_nothing(
      String reason, String result) {
    var ofPods = metrics(Configs.PODS);
    var event =
        new GrantNotConfirmed(
            new Subject("shop", "app"),
            new Principal("acs:ram::1:role/r"),
            Examples.reason(reason));
    Examples.direct(ofPods.handlers()).publish(event);

    assertThat(Examples.scraped(ofPods))
        .contains("kms_agent_grants_total{result=\"" + result + "\"} 1.0");
  }

  @Test
  void what_the_cache_holds_is_shown_as_it_is_now() {
    var cache = new FakeSecretCache();
    metrics.watch(cache::occupancy);
    var entry = Secrets.entry(Examples.SECRET, time.instant());
    cache.store(Examples.QUERY, entry);
    assertThat(lines())
        .contains("kms_agent_cache_entries 1.0", "kms_agent_cache_bytes " + entry.size() + ".0");
  }

  @Test
  void the_requests_that_wait_are_shown_as_they_are_now() {
    var waiting = new AtomicInteger();
    metrics.watch(waiting::get);
    waiting.set(3);
    assertThat(lines()).contains("kms_agent_waiting_requests 3.0");
  }

  @Test
  void lines_that_were_lost_are_counted_by_reason() {
    losses.count(LogLosses.Kind.LOG, LogLosses.Reason.THROTTLED);
    losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.WRITE_FAILED);
    assertThat(lines())
        .contains(
            "kms_agent_log_lines_dropped_total{reason=\"queue_full\"} 0.0",
            "kms_agent_log_lines_dropped_total{reason=\"throttled\"} 1.0",
            "kms_agent_audit_lines_lost_total{reason=\"write_failed\"} 1.0",
            "kms_agent_audit_lines_lost_total{reason=\"deadline\"} 0.0")
        .noneMatch(line -> line.startsWith("kms_agent_log_lines_dropped_total{reason=\"deadline"))
        .noneMatch(line -> line.startsWith("kms_agent_audit_lines_lost_total{reason=\"throttled"));
  }

  @Test
  void the_media_type_is_that_of_prometheus_text_and_the_version_is_told() {
    assertThat(lines())
        .contains("kms_agent_build_info{java=\"" + Runtime.version() + "\",version=\"1.2.3\"} 1");
    assertThat(metrics.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
  }

  private List<String> lines() {
    return Examples.scraped(metrics);
  }
}
