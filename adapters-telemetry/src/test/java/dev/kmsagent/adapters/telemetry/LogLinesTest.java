package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
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
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The line of each event, its level, and how many of them there are in half a minute. */
final class LogLinesTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final String NAMED = " secret=app/db version_stage=ACSCurrent";
  private static final Fetched FETCHED = new Fetched(Secrets.text("app/db", "v1", "x"));
  private static final Found HIT =
      new Found(Secrets.entry(FETCHED.secret(), VirtualTime.START), CacheState.HIT);
  private static final Unavailable THROTTLED =
      new Unavailable(Unavailable.Cause.THROTTLED, "Rejected.Throttling", "slow down");
  private static final Unavailable SILENT =
      new Unavailable(Unavailable.Cause.CREDENTIALS, "", "STS does not answer.");
  private static final IdentityRefused NOT_US = new IdentityRefused("NoPermission", "refused");
  private static final Failed FULL = new Failed(Cause.FULL, "It has no memory left.");
  private static final Duration MILLIS = Duration.ofMillis(30);

  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();

  /** The level is set before the handlers are made, as when the agent starts. */
  private AgentEvents logging() {
    return new DirectEvents(
        new LoggingEvents(time, CredentialOrigin.ISSUED, log.logger()).handlers());
  }

  private static KmsCalled called(FetchOutcome outcome) {
    return new KmsCalled(QUERY, outcome, MILLIS);
  }

  private static SharedCacheCalled called(
      SharedCacheOperation operation, SharedCacheOutcome outcome) {
    return new SharedCacheCalled(operation, outcome, MILLIS);
  }

  static List<Arguments> lines() {
    var throttled = " outcome=throttled code=Rejected.Throttling detail=slow down";
    var silent = " outcome=credentials code= detail=STS does not answer. retry_in_ms=10000";
    var unreachable = " outcome=unreachable code= detail=KMS cannot be reached.";
    var soon = Duration.ofSeconds(10);
    var name = QUERY.name();
    var start = VirtualTime.START;
    return List.of(
        arguments(called(THROTTLED), "WARN kms_call_failed" + NAMED + " took_ms=30.0" + throttled),
        arguments(
            called(NOT_US),
            "WARN kms_call_failed"
                + NAMED
                + " took_ms=30.0 outcome=identity_refused code=NoPermission detail=refused"),
        arguments(
            new SecretRevoked(QUERY, Secrets.denied(), 2),
            "INFO secret_revoked"
                + NAMED
                + " outcome=refused code=Forbidden.NoPermission"
                + " kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 entries=2"),
        arguments(
            new RefreshFailed(QUERY, Secrets.unreachable(), soon),
            "WARN refresh_failed" + NAMED + unreachable + " retry_in_ms=10000"),
        arguments(new ClientCallsLimited(QUERY), "WARN client_calls_limited" + NAMED),
        arguments(
            new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN),
            "WARN breaker_changed from=closed to=open"),
        arguments(
            new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN),
            "INFO breaker_changed from=open to=half_open"),
        arguments(
            new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED),
            "INFO breaker_changed from=half_open to=closed"),
        arguments(
            new RequestRejected(403, "Forbidden.Token"),
            "WARN request_rejected status=403 code=Forbidden.Token"),
        arguments(
            new EntryEvicted(QUERY, EvictionCause.BYTES),
            "WARN entry_evicted"
                + NAMED
                + " cause=bytes advice=raise Cache.MaxBytes and KMS_AGENT_HEAP"),
        arguments(
            new EntryEvicted(QUERY, EvictionCause.COUNT),
            "INFO entry_evicted" + NAMED + " cause=count advice=raise Cache.CacheSize"),
        arguments(
            new PrefetchFailed(name, Secrets.unreachable()),
            "WARN prefetch_failed secret=app/db" + unreachable),
        arguments(new PrefetchFinished(3, 20), "INFO prefetch_finished loaded=3 failed=20"),
        arguments(new TokenReloaded(), "INFO token_reloaded"),
        arguments(new TokenUnreadable("no file"), "WARN token_unreadable reason=no file"),
        arguments(
            new TokenGuessable(),
            "WARN token_can_be_guessed advice=use at least 16 random characters"),
        arguments(new AuthoritiesReloaded(), "INFO authorities_reloaded"),
        arguments(
            new AuthoritiesUnreadable("no file"), "WARN authorities_unreadable reason=no file"),
        arguments(
            new CredentialsObtained(start), "INFO credentials_obtained end=2026-01-01T00:00:00Z"),
        arguments(new CredentialsObtained(Instant.MAX), "INFO credentials_obtained end=none"),
        arguments(
            new CredentialsNotRenewed(SILENT, soon, start),
            "WARN credentials_not_renewed" + silent + " end=2026-01-01T00:00:00Z"),
        arguments(new CredentialsMissing(SILENT, soon), "WARN credentials_missing" + silent),
        arguments(
            called(SharedCacheOperation.WRITE, FULL),
            "WARN shared_cache_call_failed operation=write took_ms=30.0 outcome=full"
                + " detail=It has no memory left."),
        arguments(new RevocationDropped(name), "WARN shared_revocation_dropped secret=app/db"),
        arguments(
            new SharedEntryRead(QUERY, SharedRead.UNREADABLE),
            "WARN shared_entry_rejected" + NAMED + " result=unreadable"),
        arguments(
            new SharedEntryRead(QUERY, SharedRead.OUTDATED),
            "WARN shared_entry_rejected" + NAMED + " result=outdated"),
        arguments(new SharedCacheAlone(true), "WARN shared_cache_coherence coherence=alone"),
        arguments(new SharedCacheAlone(false), "INFO shared_cache_coherence coherence=shared"),
        arguments(called(FETCHED), "DEBUG kms_called" + NAMED + " took_ms=30.0"),
        arguments(called(Secrets.gone()), "DEBUG kms_called" + NAMED + " took_ms=30.0"),
        arguments(
            new SecretRead(QUERY, HIT, Duration.ofNanos(150_000)),
            "DEBUG secret_read" + NAMED + " took_ms=0.15 cache=hit"),
        arguments(
            new SecretRead(QUERY, THROTTLED, MILLIS),
            "DEBUG secret_read" + NAMED + " took_ms=30.0" + throttled),
        arguments(
            called(SharedCacheOperation.LEASE, new Done()),
            "DEBUG shared_cache_called operation=lease took_ms=30.0"),
        arguments(
            new SharedEntryRead(QUERY, SharedRead.FOUND),
            "DEBUG shared_entry_read" + NAMED + " result=found"),
        arguments(
            new SharedEntryRead(QUERY, SharedRead.ABSENT),
            "DEBUG shared_entry_read" + NAMED + " result=absent"),
        arguments(
            new SharedEntryRead(QUERY, SharedRead.REVOKED),
            "DEBUG shared_entry_read" + NAMED + " result=revoked"));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void an_event_is_a_line(AgentEvent event, String line) {
    log.withDebug();
    logging().publish(event);

    assertThat(log.lines()).containsExactly(line);
  }

  @ParameterizedTest
  @MethodSource("lines")
  void a_line_at_debug_is_not_there_at_info(AgentEvent event, String line) {
    logging().publish(event);

    assertThat(log.lines()).isEqualTo(line.startsWith("DEBUG") ? List.of() : List.of(line));
  }

  private static Arguments repeated(int lines, IntFunction<AgentEvent> event) {
    return arguments(lines, event);
  }

  /** Each of two kinds of event in turn, for events that have a limit for each. */
  private static IntFunction<AgentEvent> inTurn(AgentEvent one, AgentEvent other) {
    return i -> i % 2 == 0 ? one : other;
  }

  static Stream<Arguments> repetitions() {
    IntFunction<SecretQuery> query = i -> Secrets.current("app/" + i);
    return Stream.of(
        repeated(2, inTurn(called(Secrets.unreachable()), called(THROTTLED))),
        repeated(10, i -> new RefreshFailed(query.apply(i), Secrets.unreachable(), MILLIS)),
        repeated(10, i -> new SecretRevoked(query.apply(i), Secrets.denied(), 1)),
        repeated(1, i -> new ClientCallsLimited(query.apply(i))),
        repeated(2, inTurn(new RequestRejected(403, "A"), new RequestRejected(403, "B"))),
        repeated(2, inTurn(new RequestRejected(403, "A"), new RequestRejected(404, "A"))),
        repeated(
            2,
            inTurn(
                new EntryEvicted(QUERY, EvictionCause.BYTES),
                new EntryEvicted(QUERY, EvictionCause.COUNT))),
        repeated(100, i -> new PrefetchFailed(query.apply(i).name(), SILENT)),
        repeated(1, _ -> new TokenUnreadable("no file")),
        repeated(100, _ -> new TokenGuessable()),
        repeated(1, _ -> new AuthoritiesUnreadable("no file")),
        repeated(1, _ -> new CredentialsNotRenewed(SILENT, MILLIS, Instant.MAX)),
        repeated(
            2,
            inTurn(new CredentialsMissing(SILENT, MILLIS), new CredentialsMissing(NOT_US, MILLIS))),
        repeated(
            2,
            inTurn(
                called(SharedCacheOperation.READ, FULL), called(SharedCacheOperation.WRITE, FULL))),
        repeated(
            2,
            inTurn(
                called(SharedCacheOperation.READ, FULL),
                called(SharedCacheOperation.READ, new Failed(Cause.TIMEOUT, "It is silent.")))),
        repeated(10, i -> new RevocationDropped(query.apply(i).name())),
        repeated(10, i -> new SharedEntryRead(query.apply(i), SharedRead.UNREADABLE)),
        repeated(
            20,
            inTurn(
                new SharedEntryRead(QUERY, SharedRead.UNREADABLE),
                new SharedEntryRead(QUERY, SharedRead.OUTDATED))));
  }

  @ParameterizedTest
  @MethodSource("repetitions")
  void of_a_hundred_events_in_half_a_minute_so_many_are_lines(
      int lines, IntFunction<AgentEvent> event) {
    var logging = logging();
    for (var half = 1; half <= 2; half++) {
      IntStream.range(0, 100).mapToObj(event).forEach(logging::publish);
      assertThat(log.lines()).hasSize(lines * half);
      time.advance(Duration.ofSeconds(30));
    }
  }
}
