package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Retrieval.Lookup;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class AuditedRetrievalTest {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Found FOUND =
      new Found(
          Secrets.entry(Secrets.text("app/db", "v1", "x"), VirtualTime.START), CacheState.HIT);

  private final VirtualTime time = new VirtualTime();
  private final CapturedTrail trail = new CapturedTrail();
  private final LogLosses losses = new LogLosses(time);
  private final CompletableFuture<Retrieval> outcome = new CompletableFuture<>();
  private final AuditedRetrieval audited =
      new AuditedRetrieval(new Answering(), Optional.empty(), trail, losses, time, REQUEST_TIMEOUT);

  private final List<Duration> bounds = new ArrayList<>();

  /** Has the secret at hand, and retrieves it as it is told. */
  private final class Answering implements RetrieveSecret {
    @Override
    public Lookup lookUp(SecretQuery query) {
      return FOUND;
    }

    @Override
    public Optional<Found> findWithoutWaiting(SecretQuery query) {
      return Optional.of(FOUND);
    }

    @Override
    public RetrieveSecret withMaxStale(Duration maxStale) {
      bounds.add(maxStale);
      return this;
    }

    @Override
    public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
      return outcome;
    }
  }

  private CompletableFuture<Retrieval> read() {
    return audited.retrieve(QUERY, ReadMode.CACHED).toCompletableFuture();
  }

  private static void assertNotAudited(Retrieval answer) {
    assertThat(answer).extracting("cause").isEqualTo(Unavailable.Cause.AUDIT);
  }

  @Test
  void a_secret_is_returned_once_its_line_was_written() {
    var delivery = new CompletableFuture<Delivery>();
    trail.delivers(delivery);
    outcome.complete(FOUND);
    var answer = read();
    assertThat(answer).isNotDone();
    delivery.complete(Delivery.WRITTEN);
    assertThat(answer).isCompletedWithValue(FOUND);
    assertThat(trail.lines())
        .containsExactly(
            "secret_read secret=app/db version_stage=ACSCurrent outcome=found version=v1"
                + " cache=hit");
    assertThat(time.waiting()).isZero();
  }

  @Test
  void a_read_with_a_bound_on_staleness_is_audited_too_and_none_is_served_without_waiting() {
    trail.delivers(CompletableFuture.completedStage(Delivery.LOST));
    outcome.complete(FOUND);
    var bounded = audited.withMaxStale(Duration.ofSeconds(7));
    assertThat(bounded.lookUp(QUERY)).isEqualTo(Lookup.NotServed.UNDECIDED);
    assertThat(bounded.findWithoutWaiting(QUERY)).isEmpty();
    assertNotAudited(bounded.retrieve(QUERY, ReadMode.CACHED).toCompletableFuture().join());
    assertThat(bounds).containsExactly(Duration.ofSeconds(7));
  }

  @Test
  void a_secret_whose_line_was_lost_is_not_returned() {
    trail.delivers(CompletableFuture.completedStage(Delivery.LOST));
    outcome.complete(FOUND);
    assertNotAudited(read().join());
  }

  @Test
  void a_secret_whose_line_is_not_written_by_the_deadline_is_not_returned_and_counts_as_lost() {
    trail.delivers(new CompletableFuture<>());
    var answer = read();
    time.advance(REQUEST_TIMEOUT.dividedBy(2));
    outcome.complete(FOUND);
    time.advance(REQUEST_TIMEOUT.dividedBy(2).minusNanos(1));
    assertThat(answer).isNotDone();
    time.advance(Duration.ofNanos(1));
    assertNotAudited(answer.join());
    assertThat(losses.lost(Kind.AUDIT, Reason.DEADLINE)).isEqualTo(1);
  }

  @Test
  void an_answer_without_a_secret_has_a_line_and_does_not_wait_for_it() {
    trail.delivers(new CompletableFuture<>());
    outcome.complete(Secrets.denied());
    assertThat(read()).isCompletedWithValue(Secrets.denied());
    assertThat(trail.lines()).singleElement().asString().contains("outcome=refused");
  }

  @Test
  void an_outcome_at_the_deadline_is_passed_on() {
    var answer = read();
    time.advance(REQUEST_TIMEOUT);
    outcome.complete(Secrets.unreachable());
    assertThat(answer).isCompletedWithValue(Secrets.unreachable());
    assertThat(losses.lost(Kind.AUDIT, Reason.DEADLINE)).isZero();
  }
}
