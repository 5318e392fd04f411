package dev.kmsagent.application;

import static dev.kmsagent.application.Bench.MAX_STALE;
import static dev.kmsagent.application.Bench.TTL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class WatchesTest {
  private static final String ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/db";
  private static final SecretQuery DB = Secrets.current("db");
  private static final Duration LONG = Duration.ofDays(30);
  private static final Duration REFRESH = TTL.multipliedBy(8).dividedBy(10);

  private Bench bench = new Bench();

  @BeforeEach
  void kms_has_a_secret() {
    bench.source.hold("db", "v1", "one");
  }

  private Revision known() {
    return ((Found) bench.read("db")).entry().secret().revision();
  }

  private CompletableFuture<?> await(SecretQuery query, Revision known, Duration atMost) {
    var deadline = bench.time.instant().plus(atMost);
    return bench.retrieval.awaitChange(query, known, deadline).toCompletableFuture();
  }

  private CompletableFuture<?> await(Revision known) {
    return await(DB, known, LONG);
  }

  @Test
  void a_rotation_wakes_all_who_wait_at_the_refresh_which_is_one_call() {
    var known = known();
    var waiting = IntStream.range(0, 1000).mapToObj(_ -> await(known)).toList();
    bench.source.hold("db", "v2", "two");
    bench.time.advance(REFRESH.minusMillis(1));
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    bench.time.advance(Duration.ofMillis(1));
    assertThat(waiting).allMatch(CompletableFuture::isDone);
    assertThat(bench.calls()).isEqualTo(2);
    assertThat(bench.time.waiting()).isZero();
    assertThat(((Found) bench.read("db")).entry().secret().version().value()).isEqualTo("v2");
  }

  @Test
  void a_read_that_changes_nothing_wakes_nobody_and_goes_on_as_long_as_somebody_waits() {
    var waiting = await(DB, known(), TTL.multipliedBy(10));
    bench.time.advance(TTL.multipliedBy(10).minusMillis(1));
    assertThat(waiting).isNotDone();
    assertThat(bench.calls()).isBetween(11, 13);
    bench.time.advance(Duration.ofMillis(1));
    assertThat(waiting).isDone();
    var calls = bench.calls();
    bench.time.advance(TTL.multipliedBy(10));
    assertThat(bench.calls()).isEqualTo(calls);
    assertThat(bench.time.waiting()).isZero();
  }

  @Test
  void a_restart_is_no_change() {
    var known = known();
    bench = new Bench();
    bench.source.hold("db", "v1", "one");
    var waiting = await(known);
    assertThat(bench.calls()).isEqualTo(1);
    bench.time.advance(Duration.ofMinutes(1));
    assertThat(waiting).isNotDone();
    bench.source.hold("db", "v2", "two");
    bench.time.advance(TTL);
    assertThat(waiting).isDone();
  }

  @ParameterizedTest
  @EnumSource
  void a_refusal_wakes_and_answers_those_who_come_next(Refused.Scope scope) {
    var known = known();
    var waiting = await(known);
    var refusal = scope == Refused.Scope.SECRET ? Secrets.denied() : Secrets.noSuchVersion();
    bench.source.answer(DB, refusal);
    bench.time.advance(REFRESH);
    assertThat(waiting).isDone();
    assertThat(await(known)).isDone();
    assertThat(bench.calls()).isEqualTo(2);
  }

  @Test
  void nobody_who_begins_to_wait_during_a_rotation_misses_it() throws InterruptedException {
    bench = new Bench();
    bench.source.hold("db", "v0", "zero");
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (var round = 1; round <= 500; round++) {
        var known = known();
        bench.source.hold("db", "v" + round, "next");
        bench.time.advance(Duration.ofSeconds(2));
        Callable<CompletableFuture<?>> wait = () -> await(known);
        Callable<CompletableFuture<?>> rotate = () -> bench.refresh("db");
        assertThat(threads.invokeAll(List.of(wait, rotate, wait, wait)))
            .allSatisfy(it -> assertThat(it.resultNow()).isDone());
      }
    }
    assertThat(bench.time.waiting()).isZero();
  }

  @Nested
  final class While_kms_is_down {
    @Test
    void a_stale_value_is_no_change_until_it_may_not_be_served() {
      var waiting = await(known());
      bench.source.failWith(Secrets.unreachable());
      bench.time.advance(TTL.plus(MAX_STALE).minusMillis(1));
      assertThat(waiting).isNotDone();
      bench.time.advance(Duration.ofMinutes(1));
      assertThat(waiting).isDone();
      assertThat(bench.calls()).isBetween(2000, 6000);
    }

    @Test
    void the_end_of_the_outage_brings_the_rotation() {
      var waiting = await(known());
      bench.source.failWith(Secrets.unreachable());
      bench.source.hold("db", "v2", "two");
      bench.time.advance(TTL.multipliedBy(5));
      bench.source.heal();
      bench.time.advance(Duration.ofSeconds(35));
      assertThat(waiting).isDone();
    }

    @Test
    void one_who_waits_for_what_is_not_cached_learns_that_it_cannot_be_read() {
      var known = known();
      bench = new Bench();
      bench.source.failWith(Secrets.unreachable());
      assertThat(await(known)).isDone();
    }
  }

  @Test
  void an_identity_that_is_refused_wakes_at_the_end_of_the_ttl() {
    var waiting = await(known());
    bench.source.failWith(new IdentityRefused("NoRole", "refused"));
    bench.time.advance(TTL.minusMillis(1));
    assertThat(waiting).isNotDone();
    bench.time.advance(Watches.PAUSE);
    assertThat(waiting).isDone();
  }

  @ParameterizedTest
  @MethodSource
  void kms_is_called_every_few_seconds_at_most(Duration ttl) {
    bench = new Bench(ttl, MAX_STALE);
    bench.source.hold("db", "v1", "one");
    var known = known();
    var end = Duration.ofMinutes(1);
    var waiting = IntStream.range(0, 20).mapToObj(_ -> await(DB, known, end)).toList();
    for (var step = 0; step < 59; step++) {
      bench.time.advance(Duration.ofSeconds(1));
      assertThat(await(DB, known, Duration.ofMillis(500))).isNotDone();
    }
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    assertThat(bench.calls()).isBetween(10, 13);
    bench.source.hold("db", "v2", "two");
    bench.time.advance(Watches.PAUSE);
    assertThat(waiting).allMatch(CompletableFuture::isDone);
  }

  static List<Duration> kms_is_called_every_few_seconds_at_most() {
    return List.of(Duration.ZERO, Duration.ofMillis(1), Duration.ofSeconds(2));
  }

  @Test
  void what_the_cache_has_no_room_for_is_looked_up_as_often_however_many_have_begun_to_wait() {
    var known = known();
    for (var waiting = 1; waiting <= 20; waiting++) {
      bench.cache.evict(DB);
      assertThat(await(known)).isNotDone();
      assertThat(bench.time.waiting()).as("look-ups and ends of waits").isEqualTo(1 + waiting);
    }
  }

  @Nested
  final class Where_agents_share_the_cache {
    @Test
    void what_another_agent_stored_wakes_within_seconds_without_a_call() {
      var waiting = await(known());
      var now = bench.time.instant();
      bench.time.advance(Duration.ofMillis(1));
      bench.cache.holdElsewhere(
          DB, Secrets.entry(Secrets.text("db", "v2", "two"), now.plusMillis(1)));
      bench.time.advance(Watches.PAUSE);
      assertThat(waiting).isDone();
      assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void a_stale_value_is_no_change_where_the_copy_is_to_be_checked_again() {
      var waiting = await(known());
      bench.cache.outdate();
      bench.source.failWith(Secrets.unreachable());
      bench.time.advance(TTL.multipliedBy(2));
      assertThat(waiting).isNotDone();
      bench.time.advance(MAX_STALE);
      assertThat(waiting).isDone();
    }
  }

  @Nested
  final class Under_its_other_name {
    private final SecretQuery arn = Secrets.current(ARN);

    @BeforeEach
    void kms_has_it_there_too() {
      bench.become("acs:ram::1000000000000001:role/app");
      bench.source.answer(arn, new Fetched(Secrets.text(ARN, "v1", "one")));
    }

    @Test
    void a_refresh_that_a_client_wants_wakes_within_seconds() {
      var known = known();
      var _ = bench.read(ARN);
      var waiting = await(arn, known, LONG);
      bench.time.advance(Watches.PAUSE);
      bench.source.hold("db", "v2", "two");
      bench.source.answer(arn, new Fetched(Secrets.text(ARN, "v2", "two")));
      var _ = bench.refresh("db");
      bench.time.advance(Watches.PAUSE);
      assertThat(waiting).isDone();
    }

    @Test
    void a_refusal_wakes() {
      var known = known();
      var waiting = await(arn, known, LONG);
      bench.source.answer(DB, Secrets.denied());
      var _ = bench.refresh("db");
      assertThat(waiting).isDone();
    }
  }
}
