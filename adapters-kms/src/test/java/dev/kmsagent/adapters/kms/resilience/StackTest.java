package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.resilience.SigningSecretSourceTest.Renewable;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent.CallNotMade;
import dev.kmsagent.domain.event.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualSecretSourceContract;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** All decorators round one source, as an agent has them. */
final class StackTest implements VirtualSecretSourceContract {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final RecordingEvents events = new RecordingEvents();
  private final Renewable credentials = new Renewable();
  private final SecretSource source = stack(CALLERS, 100);

  private SecretSource stack(int concurrent, int perSecond) {
    var timing = time.timing();
    var bounded = new BoundedCalls(TestCalls.exchange(kms, time), AMPLE, timing, events);
    var bulkhead = new FairBulkhead(concurrent, timing, Runnable::run);
    return new ProtectedCalls(bounded, config(perSecond), bulkhead, timing, events)
        .ofRole(100, events)
        .apply(Optional.empty(), credentials);
  }

  private static KmsConfig config(int perSecond) {
    var endpoint = new Endpoint(Endpoint.Protocol.HTTPS, "kms.example.com", 443);
    return new KmsConfig(
        Optional.empty(),
        new KmsConfig.Transport(endpoint, Optional.empty(), Optional.empty(), AMPLE, AMPLE),
        new CredentialSource.EcsRole(Optional.empty()),
        perSecond,
        3,
        new KmsConfig.CircuitBreaker(true, Duration.ofSeconds(15)));
  }

  @Test
  void a_renewal_that_hangs_holds_no_place_and_ends_at_the_deadline() {
    var narrow = stack(1, 100);
    kms.failWith(TestCalls.IDENTITY_REFUSED);
    credentials.another = new CompletableFuture<>();
    var hanging = begin(narrow);
    kms.failWith(Secrets.denied());
    assertThat(begin(narrow).toCompletableFuture()).isCompletedWithValue(Secrets.denied());
    time.advance(AMPLE);
    assertThat(hanging.toCompletableFuture()).isCompletedWithValue(BoundedCalls.TOO_LATE);
  }

  @Test
  void a_call_that_waits_holds_no_token_of_the_rate_limit_and_is_refused_and_reported_by_itself() {
    var narrow = stack(1, 2);
    kms.latency(AMPLE.multipliedBy(2));
    begin(narrow);
    time.advance(AMPLE.multipliedBy(2).dividedBy(3));
    var waiting =
        IntStream.range(0, 10).mapToObj(_ -> begin(narrow).toCompletableFuture()).toList();
    time.advance(AMPLE.dividedBy(3).plusMillis(1));
    assertThat(events.of(KmsCalled.class)).hasSize(1);
    assertThat(kms.calls()).hasSize(2);
    time.advance(AMPLE.dividedBy(6));
    assertThat(waiting.subList(1, 10))
        .allSatisfy(
            it -> assertThat(it.resultNow()).extracting("cause").isEqualTo(Cause.BULKHEAD_FULL));
    assertThat(events.of(CallNotMade.class)).hasSize(9);
  }

  @Test
  void the_rate_limit_and_the_reports_count_every_attempt() {
    breakDown();
    var stage = begin(stack(CALLERS, 2));
    time.advance(Duration.ofMillis(900));
    assertThat(events.of(KmsCalled.class)).hasSize(2);
    assertThat(stage.toCompletableFuture().resultNow())
        .extracting("cause")
        .isEqualTo(Cause.UNREACHABLE);
  }

  @Test
  void the_breaker_counts_a_fetch_once_however_often_it_was_tried() {
    breakDown();
    for (var i = 0; i < 5; i++) {
      begin(source);
      time.advance(Duration.ofSeconds(1));
    }
    assertThat(kms.calls()).hasSize(15);
    assertThat(begin(source).toCompletableFuture().resultNow())
        .extracting("cause")
        .isEqualTo(Cause.CIRCUIT_OPEN);
  }

  private CompletionStage<FetchOutcome> begin(SecretSource to) {
    return to.fetch(QUERY, time.instant().plus(AMPLE));
  }

  @Override
  public SecretSource source() {
    return source;
  }

  @Override
  public FakeSecretSource kms() {
    return kms;
  }

  @Override
  public VirtualTime time() {
    return time;
  }
}
