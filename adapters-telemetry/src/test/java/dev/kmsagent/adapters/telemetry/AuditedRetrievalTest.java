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
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.testkit.FakeRetrieval;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
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
  private final RecordingEvents events = new RecordingEvents();
  private final FakeRetrieval inner = new FakeRetrieval();
  private final RetrieveSecret audited = audited(true);

  private RetrieveSecret audited(boolean isRequired) {
    return new AuditedRetrieval(
            isRequired, this::write, losses, events, time.timing(), REQUEST_TIMEOUT)
        .of(inner, Optional.empty());
  }

  AuditedRetrievalTest() {
    inner.answer("app/db", () -> outcome);
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
    inner.answer("app/db", FOUND);
    inner.standIns.put("app/db", FOUND);
    var bounded = audited.withMaxStale(Duration.ofSeconds(7));
    assertThat(bounded.lookUp(QUERY)).isEmpty();
    assertThat(bounded.findWithoutWaiting(QUERY)).isEmpty();
    assertNotAudited(bounded.retrieve(QUERY, ReadMode.CACHED).toCompletableFuture().join());
    assertThat(inner.bounds).containsExactly(Duration.ofSeconds(7));
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
    assertThat(lines).hasSize(2).last().asString().startsWith("secret_withheld");
  }

  @Test
  void the_line_of_a_retrieval_that_took_all_of_the_time_has_a_second() {
    var written = new CompletableFuture<Delivery>();
    delivery = written;
    var answer = read();
    time.advance(REQUEST_TIMEOUT);
    outcome.complete(FOUND);
    time.advance(Duration.ofSeconds(1).minusNanos(1));
    assertThat(losses.areSecretsWithheld()).isFalse();
    written.complete(Delivery.WRITTEN);
    assertThat(answer).isCompletedWithValue(FOUND);
    assertThat(losses.lost(Kind.AUDIT, Reason.DEADLINE)).isZero();
  }

  @Test
  void a_read_is_reported_with_what_became_of_its_line_and_not_before() {
    var written = new CompletableFuture<Delivery>();
    delivery = written;
    outcome.complete(FOUND);
    var _ = read();
    time.advance(Duration.ofSeconds(3));
    assertThat(events.all()).isEmpty();
    written.complete(Delivery.LOST);
    assertThat(events.of(SecretRead.class))
        .singleElement()
        .satisfies(read -> assertNotAudited(read.outcome()))
        .extracting(SecretRead::took)
        .isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void the_audited_retrieval_publishes_all_but_reads() {
    AuditedRetrieval.withoutReads(events).publish(Examples.event("read:HIT", QUERY));
    AuditedRetrieval.withoutReads(events).publish(Examples.event("token-reloaded", QUERY));
    assertThat(events.all()).containsExactly(Examples.event("token-reloaded", QUERY));
  }

  @Test
  void where_the_line_of_a_secret_that_is_not_returned_may_come_later_another_one_says_so() {
    delivery = CompletableFuture.completedStage(Delivery.LATE);
    outcome.complete(FOUND);
    assertNotAudited(read().join());
    assertThat(lines.getFirst()).contains("outcome=found");
    assertThat(lines.getLast())
        .isEqualTo(
            "secret_withheld secret=app/db version_stage=ACSCurrent outcome=audit code="
                + " detail=The audit line of the read was not written. cache=none");
  }

  @Nested
  final class While_a_line_was_lost {
    While_a_line_was_lost() {
      outcome.complete(FOUND);
      delivery = CompletableFuture.completedStage(Delivery.LOST);
      IntStream.range(0, 3).forEach(_ -> assertNotAudited(read().join()));
      lines.clear();
    }

    @Test
    void a_line_of_the_agents_own_is_tried_every_five_seconds_until_one_is_written() {
      time.advance(Duration.ofSeconds(10));
      assertThat(lines).containsExactly("audit_probe", "audit_probe");
      assertThat(losses.areSecretsWithheld()).isTrue();
      delivery = CompletableFuture.completedStage(Delivery.WRITTEN);
      time.advance(Duration.ofSeconds(5));
      assertThat(losses.areSecretsWithheld()).isFalse();
      time.advance(Duration.ofMinutes(1));
      assertThat(lines).hasSize(3);
    }

    @Test
    void the_next_one_waits_for_the_one_before_and_one_that_was_late_ends_nothing() {
      var stuck = new CompletableFuture<Delivery>();
      delivery = stuck;
      time.advance(Duration.ofMinutes(1));
      assertThat(lines).containsExactly("audit_probe");
      stuck.complete(Delivery.WRITTEN);
      assertThat(losses.areSecretsWithheld()).isTrue();
      delivery = CompletableFuture.completedStage(Delivery.WRITTEN);
      time.advance(Duration.ofSeconds(5));
      assertThat(losses.areSecretsWithheld()).isFalse();
    }

    @Test
    void reads_are_returned_whose_line_is_written_and_others_add_no_second_line() {
      var lost = delivery;
      delivery = CompletableFuture.completedStage(Delivery.WRITTEN);
      assertThat(read()).isCompletedWithValue(FOUND);
      delivery = lost;
      assertNotAudited(read().join());
      assertThat(losses.areSecretsWithheld()).isTrue();
      assertThat(time.waiting()).isEqualTo(1);
    }
  }

  /** The id and the stage that were asked for, the event and its line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
             | ACSCurrent  | read:HIT | secret_read secret=app/db version_stage=ACSCurrent outcome=found version=v1 cache=hit age_seconds=0 kms_request_id=0d4b1c2e-0000-4000-8000-000000000001
          v1 | ACSPrevious | read:HIT | secret_read secret=app/db version_id=v1 version_stage=ACSPrevious outcome=found version=v1 cache=hit age_seconds=0 kms_request_id=0d4b1c2e-0000-4000-8000-000000000001
          v1 |             | read:HIT | secret_read secret=app/db version_id=v1 outcome=found version=v1 cache=hit age_seconds=0 kms_request_id=0d4b1c2e-0000-4000-8000-000000000001
             | ACSCurrent  | read:denied | secret_read secret=app/db version_stage=ACSCurrent outcome=refused code=Forbidden.NoPermission kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 cache=none
             | ACSCurrent  | read:TIMEOUT | secret_read secret=app/db version_stage=ACSCurrent outcome=timeout code= detail=It is silent. cache=none
          """)
  void a_read_is_one_line(@Nullable String id, @Nullable String stage, String event, String line) {
    var version =
        new VersionSelector(
            Optional.ofNullable(id).map(VersionId::new),
            Optional.ofNullable(stage).map(Stage::new));
    var query = new SecretQuery(new SecretName("app/db"), version);
    outcome.complete(((SecretRead) Examples.event(event, query)).outcome());
    assertThat(audited(false).retrieve(query, ReadMode.CACHED))
        .isCompletedWithValue(outcome.join());
    assertThat(lines).containsExactly(line);
  }
}
