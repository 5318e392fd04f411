package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.CallerEvent.RoleBreakerChanged;
import dev.kmsagent.domain.port.CallerEvent.TenantClosed;
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
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class MetricsEventsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Secret SECRET = Secrets.text("app/db", "v1", "x");
  private static final IdentityRefused NOT_US = new IdentityRefused("SignatureDoesNotMatch", "no");

  private final VirtualTime time = new VirtualTime();
  private final MetricsEvents metrics = new MetricsEvents(time, CredentialOrigin.ISSUED, "1.2.3");
  private final AgentEvents events = new DirectEvents(metrics.handlers());

  private static SecretRead read(Retrieval outcome, Duration took) {
    return new SecretRead(QUERY, outcome, took);
  }

  private static Found found(CacheState state) {
    return new Found(Secrets.entry(SECRET, VirtualTime.START), state);
  }

  private static KmsCalled called(FetchOutcome outcome) {
    return new KmsCalled(QUERY, outcome, Duration.ofMillis(30));
  }

  private static SharedCacheCalled called(
      SharedCacheOperation operation, SharedCacheOutcome outcome) {
    return new SharedCacheCalled(operation, outcome, Duration.ofMillis(3));
  }

  /** The metrics of these events, in lines without their common prefix. */
  private static Arguments counted(List<AgentEvent> events, String... lines) {
    return arguments(events, Stream.of(lines).map("kms_agent_"::concat).toList());
  }

  static Stream<Arguments> events() {
    return Stream.of(reads(), kms(), changes(), sharedCache()).flatMap(it -> it);
  }

  private static Stream<Arguments> reads() {
    var hit = read(found(CacheState.HIT), Duration.ofNanos(150_000));
    return Stream.of(
        counted(
            List.of(hit, hit, read(found(CacheState.MISS), Duration.ofMillis(20))),
            "requests_total{cache=\"hit\",outcome=\"found\"} 2.0",
            "requests_total{cache=\"miss\",outcome=\"found\"} 1.0",
            "requests_total{cache=\"refreshed\",outcome=\"found\"} 0.0",
            "request_duration_seconds_bucket{cache=\"hit\",le=\"1.0E-4\"} 0",
            "request_duration_seconds_bucket{cache=\"hit\",le=\"2.5E-4\"} 2",
            "request_duration_seconds_count{cache=\"hit\"} 2",
            "request_duration_seconds_sum{cache=\"miss\"} 0.02"),
        counted(
            List.of(
                read(Secrets.denied(), Duration.ofSeconds(1)),
                read(Secrets.unreachable(), Duration.ofSeconds(2)),
                read(NOT_US, Duration.ofSeconds(4))),
            "requests_total{cache=\"none\",outcome=\"refused\"} 1.0",
            "requests_total{cache=\"none\",outcome=\"unreachable\"} 1.0",
            "requests_total{cache=\"none\",outcome=\"identity_refused\"} 1.0",
            "request_duration_seconds_sum{cache=\"none\"} 7.0"),
        counted(
            List.of(read(found(CacheState.STALE), Duration.ZERO), hit), "stale_serves_total 1.0"),
        counted(
            List.of(new RequestRejected(403, "Forbidden.Token")),
            "requests_rejected_total{code=\"Forbidden.Token\",status=\"403\"} 1.0"));
  }

  private static Stream<Arguments> kms() {
    return Stream.of(
        counted(
            List.of(
                called(new Fetched(SECRET)),
                called(Secrets.denied()),
                called(Secrets.unreachable())),
            "kms_calls_total{outcome=\"fetched\"} 1.0",
            "kms_calls_total{outcome=\"refused\"} 1.0",
            "kms_calls_total{outcome=\"unreachable\"} 1.0",
            "kms_calls_total{outcome=\"throttled\"} 0.0",
            "kms_call_duration_seconds_bucket{le=\"0.025\"} 0",
            "kms_call_duration_seconds_bucket{le=\"0.05\"} 3",
            "kms_call_duration_seconds_count 3"),
        counted(
            List.of(new RefreshFailed(QUERY, Secrets.unreachable(), Duration.ofSeconds(1))),
            "refresh_failures_total{outcome=\"unreachable\"} 1.0"),
        counted(List.of(new SecretRevoked(QUERY, Secrets.denied(), 3)), "revocations_total 1.0"),
        counted(
            List.of(),
            "breaker_state{state=\"closed\"} 1.0",
            "breaker_state{state=\"open\"} 0.0",
            "breaker_state{state=\"half_open\"} 0.0"),
        counted(
            List.of(
                new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN),
                new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN)),
            "breaker_state{state=\"closed\"} 0.0",
            "breaker_state{state=\"open\"} 0.0",
            "breaker_state{state=\"half_open\"} 1.0"));
  }

  private static Stream<Arguments> changes() {
    var obtained = new CredentialsObtained(VirtualTime.START);
    return Stream.of(
        counted(
            List.of(
                obtained,
                obtained,
                new CredentialsNotRenewed(NOT_US, Duration.ZERO, VirtualTime.START),
                new CredentialsMissing(NOT_US, Duration.ZERO)),
            "credentials_renewals_total{result=\"obtained\"} 2.0",
            "credentials_renewals_total{result=\"not_renewed\"} 1.0",
            "credentials_renewals_total{result=\"missing\"} 1.0"),
        counted(
            List.of(new EntryEvicted(QUERY, EvictionCause.BYTES)),
            "cache_evictions_total{cause=\"bytes\"} 1.0",
            "cache_evictions_total{cause=\"count\"} 0.0"),
        counted(
            List.of(new PrefetchFailed(QUERY.name(), Secrets.gone()), new PrefetchFinished(3, 1)),
            "prefetched_secrets_total{result=\"loaded\"} 3.0",
            "prefetched_secrets_total{result=\"failed\"} 1.0"),
        counted(
            List.of(
                new TokenReloaded(),
                new TokenUnreadable("no file"),
                new TokenUnreadable("no file")),
            "token_reloads_total{result=\"reloaded\"} 1.0",
            "token_reloads_total{result=\"unreadable\"} 2.0"),
        counted(
            List.of(new AuthoritiesReloaded(), new AuthoritiesUnreadable("no file")),
            "authorities_reloads_total{result=\"reloaded\"} 1.0",
            "authorities_reloads_total{result=\"unreadable\"} 1.0"),
        counted(List.of(), "build_info{java=\"" + Runtime.version() + "\",version=\"1.2.3\"} 1"));
  }

  private static Stream<Arguments> sharedCache() {
    var read = called(SharedCacheOperation.READ, new Done());
    return Stream.of(
        counted(
            List.of(new SharedCacheAlone(false)),
            "shared_cache_calls_total{operation=\"read\",outcome=\"done\"} 0.0",
            "shared_cache_calls_total{operation=\"lease\",outcome=\"not_ready\"} 0.0",
            "shared_cache_call_duration_seconds_count{operation=\"write\"} 0",
            "shared_cache_reads_total{result=\"unreadable\"} 0.0"),
        counted(
            List.of(
                read,
                read,
                called(SharedCacheOperation.WRITE, new Failed(Cause.READ_ONLY, "a replica"))),
            "shared_cache_calls_total{operation=\"read\",outcome=\"done\"} 2.0",
            "shared_cache_calls_total{operation=\"write\",outcome=\"read_only\"} 1.0",
            "shared_cache_calls_total{operation=\"write\",outcome=\"done\"} 0.0"),
        counted(
            List.of(
                called(SharedCacheOperation.LEASE, new Done()),
                called(SharedCacheOperation.LEASE, new Failed(Cause.TIMEOUT, "silent"))),
            "shared_cache_call_duration_seconds_bucket{operation=\"lease\",le=\"0.0025\"} 0",
            "shared_cache_call_duration_seconds_bucket{operation=\"lease\",le=\"0.005\"} 2",
            "shared_cache_call_duration_seconds_sum{operation=\"lease\"} 0.006"),
        counted(
            List.of(
                new SharedEntryRead(QUERY, SharedRead.FOUND),
                new SharedEntryRead(QUERY, SharedRead.OUTDATED)),
            "shared_cache_reads_total{result=\"found\"} 1.0",
            "shared_cache_reads_total{result=\"outdated\"} 1.0",
            "shared_cache_reads_total{result=\"absent\"} 0.0"),
        counted(List.of(read), "shared_cache_coherence{state=\"alone\"} 0.0"),
        counted(List.of(new SharedCacheAlone(true)), "shared_cache_coherence{state=\"alone\"} 1.0"),
        counted(
            List.of(new SharedCacheAlone(true), new SharedCacheAlone(false)),
            "shared_cache_coherence{state=\"alone\"} 0.0"));
  }

  @ParameterizedTest
  @MethodSource("events")
  void events_are_counted(List<AgentEvent> told, List<String> counted) {
    told.forEach(events::publish);

    assertThat(lines()).containsAll(counted);
  }

  @Test
  void the_shared_cache_is_in_no_metric_of_an_agent_without_one() {
    events.publish(called(Secrets.unreachable()));

    assertThat(lines()).isNotEmpty().noneMatch(line -> line.contains("shared_cache"));
  }

  @Test
  void metrics_of_the_shared_cache_are_created_once_whatever_the_number_of_threads() {
    var read = called(SharedCacheOperation.READ, new Done());
    IntStream.range(0, 10_000).parallel().forEach(_ -> events.publish(read));

    assertThat(lines())
        .contains(
            "kms_agent_shared_cache_calls_total{operation=\"read\",outcome=\"done\"} 10000.0");
  }

  @Test
  void the_roles_whose_breaker_is_open_are_counted_until_they_close() {
    var ofPods = new MetricsEvents(time, CredentialOrigin.EACH_POD, "1.2.3");
    var told = new DirectEvents(ofPods.handlers());
    var one = new Principal("acs:ram::1:role/one");
    var other = new Principal("acs:ram::1:role/other");
    told.publish(new RoleBreakerChanged(one, BreakerState.OPEN));
    told.publish(new RoleBreakerChanged(other, BreakerState.OPEN));
    assertThat(Scraped.lines(ofPods)).contains("kms_agent_tenants_breaker_open 2.0");
    told.publish(new RoleBreakerChanged(one, BreakerState.HALF_OPEN));
    assertThat(Scraped.lines(ofPods)).contains("kms_agent_tenants_breaker_open 1.0");
    told.publish(new TenantClosed(other, 1));
    assertThat(Scraped.lines(ofPods)).contains("kms_agent_tenants_breaker_open 0.0");
  }

  @Nested
  final class The_last_answer_of_kms {
    private static final String AGE = "kms_agent_kms_last_answer_age_seconds";

    @Test
    void has_no_age_before_there_is_one() {
      events.publish(called(Secrets.unreachable()));
      events.publish(called(NOT_US));
      assertThat(lines()).noneMatch(line -> line.startsWith(AGE));
    }

    @Test
    void grows_older_while_calls_fail() {
      events.publish(called(new Fetched(SECRET)));
      time.advance(Duration.ofSeconds(40));
      events.publish(called(Secrets.unreachable()));
      assertThat(lines()).contains(AGE + " 40.0");
    }

    @Test
    void may_be_a_refusal_about_a_secret() {
      events.publish(called(Secrets.gone()));
      assertThat(lines()).contains(AGE + " 0.0");
    }
  }

  @Nested
  final class Credentials {
    private static final String LEFT = "kms_agent_credentials_seconds_left";

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

  @Test
  void what_the_cache_holds_is_shown_as_it_is_now() {
    var cache = new FakeSecretCache();
    metrics.watch(cache::occupancy);
    var entry = Secrets.entry(SECRET, time.instant());
    cache.store(QUERY, entry);
    assertThat(lines())
        .contains("kms_agent_cache_entries 1.0", "kms_agent_cache_bytes " + entry.size() + ".0");
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

  private List<String> lines() {
    return Scraped.lines(metrics);
  }
}
