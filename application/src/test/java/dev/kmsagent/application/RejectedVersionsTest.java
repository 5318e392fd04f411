package dev.kmsagent.application;

import static dev.kmsagent.application.Bench.REQUEST_TIMEOUT;
import static dev.kmsagent.application.Bench.TTL;
import static dev.kmsagent.application.Bench.assertFound;
import static dev.kmsagent.application.Bench.now;
import static dev.kmsagent.testkit.RetrieveSecretContract.assertNoOther;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What KMS is asked for when a system refuses a password, and when a rotation is due. */
final class RejectedVersionsTest {
  private static final SecretQuery DB = Secrets.current("db");
  private static final Set<VersionId> V1 = Set.of(new VersionId("v1"));
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Bench bench = new Bench();

  @BeforeEach
  void kms_has_a_secret_that_was_read_a_minute_ago() {
    bench.source.hold("db", "v1", "one");
    bench.read("db");
    bench.time.advance(MINUTE);
  }

  private CompletableFuture<Retrieval> reject(SecretQuery query) {
    return bench.retrieval.retrieveOther(query, V1).toCompletableFuture();
  }

  @Test
  void a_rotated_password_is_read_once_for_all_who_were_refused() {
    bench.source.hold("db", "v2", "two");
    bench.source.latency(Duration.ofSeconds(1));
    var refused = IntStream.range(0, 1000).mapToObj(_ -> reject(DB)).toList();
    bench.time.advance(Duration.ofSeconds(1));
    refused.forEach(it -> assertFound(now(it), "two", CacheState.REFRESHED));
    assertFound(now(reject(DB)), "two", CacheState.HIT);
    assertThat(bench.calls()).isEqualTo(2);
  }

  @Test
  void a_refresh_that_is_asked_for_meanwhile_gets_no_read_that_began_before_it() {
    bench.source.latency(Duration.ofSeconds(1));
    bench.time.advance(TTL.multipliedBy(9).dividedBy(10).minus(MINUTE));
    var read = bench.ask("db");
    var refused = reject(DB);
    bench.source.hold("db", "v2", "two");
    var refreshed = bench.refresh("db");
    bench.time.advance(Duration.ofSeconds(2));
    assertFound(now(read), "one", CacheState.HIT);
    assertFound(now(refreshed), "two", CacheState.REFRESHED);
    assertFound(now(refused), "two", CacheState.REFRESHED);
  }

  @Test
  void what_was_refused_is_told_as_one_read_each() {
    assertNoOther(now(reject(DB)));
    var reads = bench.events.of(SecretRead.class);
    assertThat(reads).hasSize(2);
    assertNoOther(reads.getLast().outcome());
  }

  /** A client in a loop: two calls a second at first, two a minute in the end. */
  @Test
  void kms_is_asked_ever_less_often_while_it_gives_the_same() {
    assertThat(callsIn(MINUTE)).isBetween(50, 70);
    assertThat(callsIn(MINUTE.multipliedBy(9))).isBetween(35, 55);
    assertThat(callsIn(MINUTE.multipliedBy(10))).isBetween(18, 24);
  }

  private int callsIn(Duration span) {
    var before = bench.calls();
    var step = Duration.ofMillis(100);
    for (var end = bench.time.instant().plus(span); bench.time.instant().isBefore(end); ) {
      assertNoOther(now(reject(DB)));
      bench.time.advance(step);
    }
    return bench.calls() - before;
  }

  @Test
  void what_another_agent_has_just_read_in_vain_is_not_read_again() {
    var other = bench.another();
    assertNoOther(now(reject(DB)));
    assertThat(bench.calls()).isEqualTo(2);
    assertNoOther(now(other.retrieveOther(DB, V1).toCompletableFuture()));
    assertThat(bench.calls()).isEqualTo(2);

    bench.time.advance(Duration.ofMillis(600));
    assertNoOther(now(other.retrieveOther(DB, V1).toCompletableFuture()));
    assertThat(bench.calls()).isEqualTo(3);
  }

  @Test
  void the_pause_is_short_again_where_nothing_was_rejected_for_a_while() {
    assertThat(callsIn(MINUTE.multipliedBy(20))).isPositive();
    bench.time.advance(MINUTE.multipliedBy(2));
    assertThat(callsIn(Duration.ofSeconds(2))).isBetween(3, 5);
  }

  @Test
  void while_kms_is_down_its_back_off_holds() {
    bench.source.failWith(Secrets.unreachable());
    assertThat(now(reject(DB))).isEqualTo(Secrets.unreachable());
    var calls = bench.calls();
    IntStream.range(0, 100).forEach(_ -> assertNoOther(now(reject(DB))));
    assertThat(bench.calls()).isEqualTo(calls);
    bench.time.advance(MINUTE);
    assertThat(now(reject(DB))).isEqualTo(Secrets.unreachable());
    assertThat(bench.read("db")).isInstanceOf(Found.class);
  }

  @Test
  void a_refusal_and_a_call_that_takes_too_long_are_told_as_ever() {
    bench.source.latency(REQUEST_TIMEOUT.multipliedBy(2));
    var late = reject(DB);
    bench.time.advance(REQUEST_TIMEOUT.multipliedBy(2));
    assertThat(now(late)).isInstanceOf(Unavailable.class);
    bench.source.latency(Duration.ZERO);
    bench.source.answer(DB, Secrets.denied());
    bench.time.advance(MINUTE);
    assertThat(now(reject(DB))).isInstanceOf(Refused.class);
    assertThat(bench.read("db")).isInstanceOf(Refused.class);
  }

  @Test
  void what_is_not_cached_is_read_and_not_read_again_at_once() {
    bench.source.hold("other", "v1", "one");
    assertNoOther(now(reject(Secrets.current("other"))));
    assertThat(bench.calls()).isEqualTo(2);
  }

  @Test
  void all_rejections_together_call_kms_no_more_often_than_clients_may() {
    IntStream.range(0, 200).forEach(i -> bench.source.hold("s" + i, "v1", "one"));
    IntStream.range(0, 200).forEach(i -> bench.read("s" + i));
    bench.time.advance(MINUTE);
    var calls = bench.calls();
    for (int i = 0; i < 200; i++) {
      var _ = reject(Secrets.current("s" + i));
    }
    assertThat(bench.calls() - calls).isEqualTo(40);
  }

  @Test
  void a_rotation_is_seen_soon_after_its_date_and_awaited_with_ever_fewer_reads() {
    var rotation = bench.time.instant().plus(TTL.dividedBy(2));
    bench.source.answer(DB, rotating("v1", rotation));
    var _ = bench.refresh("db");
    bench.time.advance(TTL.dividedBy(2).minusMillis(1));
    assertFound(bench.read("db"), "v1", CacheState.HIT);
    var calls = bench.calls();
    assertThat(callsByReaders(MINUTE.multipliedBy(10))).isBetween(5, 12);
    assertThat(bench.calls()).isGreaterThan(calls);

    bench.source.answer(DB, rotating("v2", rotation.plus(Duration.ofDays(7))));
    assertThat(callsByReaders(TTL)).isPositive();
    assertFound(bench.read("db"), "v2", CacheState.HIT);
  }

  private int callsByReaders(Duration span) {
    var before = bench.calls();
    for (var end = bench.time.instant().plus(span); bench.time.instant().isBefore(end); ) {
      assertThat(bench.read("db")).isInstanceOf(Found.class);
      bench.time.advance(Duration.ofSeconds(1));
    }
    return bench.calls() - before;
  }

  private static Fetched rotating(String version, Instant next) {
    var text = Secrets.text("db", version, version);
    var attributes = new HashMap<>(text.attributes());
    attributes.put(SecretAttribute.NEXT_ROTATION_DATE, next.toString());
    return new Fetched(
        new Secret(
            text.name(), text.version(), text.stages(), text.dataType(), text.value(), attributes));
  }
}
