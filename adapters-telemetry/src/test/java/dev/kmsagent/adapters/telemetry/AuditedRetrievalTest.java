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
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

/** The audit line of each read, and that no secret is returned without it. */
final class AuditedRetrievalTest {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Found FOUND =
      new Found(
          Secrets.entry(Secrets.text("app/db", "v1", "x"), VirtualTime.START), CacheState.HIT);

  private final VirtualTime time = new VirtualTime();
  private final List<String> lines = new ArrayList<>();
  private CompletionStage<Delivery> delivery = CompletableFuture.completedStage(Delivery.WRITTEN);
  private final LogLosses losses = new LogLosses(time);
  private final CompletableFuture<Retrieval> outcome = new CompletableFuture<>();
  private final AuditedRetrieval audited =
      new AuditedRetrieval(
          new Answering(), Optional.empty(), this::write, losses, time, REQUEST_TIMEOUT);

  private final List<Duration> bounds = new ArrayList<>();

  /** Has the secret at hand, and retrieves it as it is told. */
  private final class Answering implements RetrieveSecret {
    @Override
    public Optional<Found> lookUp(SecretQuery query) {
      return Optional.of(FOUND);
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

  private CompletionStage<Delivery> write(Kind kind, String event, List<KeyValuePair> fields) {
    var text = fields.stream().map(field -> " " + field.key + "=" + field.value);
    lines.add(event + text.collect(Collectors.joining()));
    return delivery;
  }

  private CompletableFuture<Retrieval> read() {
    return audited.retrieve(QUERY, ReadMode.CACHED).toCompletableFuture();
  }

  private static void assertNotAudited(Retrieval answer) {
    assertThat(answer).extracting("cause").isEqualTo(Unavailable.Cause.AUDIT);
  }

  @Test
  void a_secret_is_returned_once_its_line_was_written() {
    var written = new CompletableFuture<Delivery>();
    delivery = written;
    outcome.complete(FOUND);
    var answer = read();
    assertThat(answer).isNotDone();
    written.complete(Delivery.WRITTEN);
    assertThat(answer).isCompletedWithValue(FOUND);
    assertThat(lines).hasSize(1);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void a_read_with_a_bound_on_staleness_is_audited_too_and_none_is_served_without_waiting() {
    delivery = CompletableFuture.completedStage(Delivery.LOST);
    outcome.complete(FOUND);
    var bounded = audited.withMaxStale(Duration.ofSeconds(7));
    assertThat(bounded.lookUp(QUERY)).isEmpty();
    assertThat(bounded.findWithoutWaiting(QUERY)).isEmpty();
    assertNotAudited(bounded.retrieve(QUERY, ReadMode.CACHED).toCompletableFuture().join());
    assertThat(bounds).containsExactly(Duration.ofSeconds(7));
  }

  @Test
  void a_secret_whose_line_was_lost_is_not_returned() {
    delivery = CompletableFuture.completedStage(Delivery.LOST);
    outcome.complete(FOUND);
    assertNotAudited(read().join());
  }

  @Test
  void a_secret_whose_line_is_not_written_by_the_deadline_is_not_returned_and_counts_as_lost() {
    delivery = new CompletableFuture<>();
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
    delivery = new CompletableFuture<>();
    outcome.complete(Secrets.denied());
    assertThat(read()).isCompletedWithValue(Secrets.denied());
    assertThat(lines).singleElement().asString().contains("outcome=refused");
  }

  @Test
  void an_outcome_at_the_deadline_is_passed_on() {
    var answer = read();
    time.advance(REQUEST_TIMEOUT);
    outcome.complete(Secrets.unreachable());
    assertThat(answer).isCompletedWithValue(Secrets.unreachable());
    assertThat(losses.lost(Kind.AUDIT, Reason.DEADLINE)).isZero();
  }

  /** The id and the stage that were asked for, the event and its line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
             | ACSCurrent  | read:HIT | secret_read secret=app/db version_stage=ACSCurrent outcome=found version=v1 cache=hit
          v1 | ACSPrevious | read:HIT | secret_read secret=app/db version_id=v1 version_stage=ACSPrevious outcome=found version=v1 cache=hit
          v1 |             | read:HIT | secret_read secret=app/db version_id=v1 outcome=found version=v1 cache=hit
             | ACSCurrent  | read:denied | secret_read secret=app/db version_stage=ACSCurrent outcome=refused code=Forbidden.NoPermission kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 cache=none
             | ACSCurrent  | read:TIMEOUT | secret_read secret=app/db version_stage=ACSCurrent outcome=timeout code= detail=It is silent. cache=none
             | ACSCurrent  | rejected:403:Forbidden.Token |
          """)
  void a_read_is_one_line_and_what_is_no_read_is_none(
      @Nullable String id, @Nullable String stage, String event, @Nullable String line) {
    var version =
        new VersionSelector(
            Optional.ofNullable(id).map(VersionId::new),
            Optional.ofNullable(stage).map(Stage::new));
    var query = new SecretQuery(new SecretName("app/db"), version);
    Examples.direct(List.of(new AuditEvents(this::write))).publish(Examples.event(event, query));
    assertThat(lines).isEqualTo(Optional.ofNullable(line).stream().toList());
  }
}
