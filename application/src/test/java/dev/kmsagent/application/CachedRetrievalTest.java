package dev.kmsagent.application;

import static dev.kmsagent.application.Bench.MAX_STALE;
import static dev.kmsagent.application.Bench.REQUEST_TIMEOUT;
import static dev.kmsagent.application.Bench.STALE_AFTER;
import static dev.kmsagent.application.Bench.TTL;
import static dev.kmsagent.application.Bench.assertFound;
import static dev.kmsagent.application.Bench.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Retrieval.Lookup;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.domain.port.KmsEvent;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.ReadEvent;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretRenderer;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.ForwardingSecretCache;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CachedRetrievalTest {
  private static final IdentityRefused NOT_US = new IdentityRefused("SignatureDoesNotMatch", "No.");

  private final Bench bench = new Bench();

  @BeforeEach
  void kms_holds_a_secret() {
    bench.source.hold("db", "v1", "one");
  }

  private CachedRetrieval retrieval(SecretSource source, SecretCache cache) {
    return retrieval(source, cache, bench.time, Secrets::plain);
  }

  private CachedRetrieval retrieval(
      SecretSource source, SecretCache cache, InstantSource clock, SecretRenderer renderer) {
    return new CachedRetrieval(
        new RetrievalPorts(source, cache, renderer, bench.identity, bench.events),
        new TimeSources(clock, bench.time, () -> 0.5),
        new RetrievalSettings(
            new FreshnessPolicy(TTL, 0, 0.8, MAX_STALE), REQUEST_TIMEOUT, STALE_AFTER, 1000));
  }

  private static SecretQuery byIdAndStage(String version, Stage stage) {
    return new SecretQuery(
        Secrets.current("db").name(),
        new VersionSelector(Optional.of(new VersionId(version)), Optional.of(stage)));
  }

  @Nested
  class Nothing_cached {
    @Test
    void the_secret_comes_from_kms() {
      assertFound(bench.read("db"), "one", CacheState.MISS);
    }

    @Test
    void all_who_ask_at_one_time_share_one_call() {
      bench.source.latency(Duration.ofSeconds(1));
      var answers = IntStream.range(0, 100).mapToObj(_ -> bench.ask("db")).toList();
      bench.time.advance(Duration.ofSeconds(1));
      answers.forEach(answer -> assertFound(now(answer), "one", CacheState.MISS));
      assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void the_entries_of_this_process_are_looked_up_once_by_the_reader_and_once_for_the_flight() {
      var lookUps = new AtomicInteger();
      var cache =
          new ForwardingSecretCache(bench.cache) {
            @Override
            public Optional<CacheEntry> find(SecretQuery query) {
              lookUps.incrementAndGet();
              return super.find(query);
            }
          };
      var retrieval = retrieval(bench.source, cache);
      var query = Secrets.current("db");
      assertThat(retrieval.lookUp(query)).isEqualTo(Lookup.NotServed.MISSING);
      var answer = retrieval.retrieve(query, ReadMode.AFTER_MISS).toCompletableFuture();
      assertFound(now(answer), "one", CacheState.MISS);
      assertThat(lookUps).hasValue(2);
      now(retrieval.retrieve(Secrets.current("other"), ReadMode.CACHED).toCompletableFuture());
      assertThat(lookUps).hasValue(4);
    }

    @Test
    void a_secret_is_as_old_as_the_call_that_returned_it_after_failures() {
      var retriedAt = bench.time.instant().plusSeconds(2);
      var secret = Secrets.text("db", "v1", "one");
      bench.source.answer(Secrets.current("db"), new Fetched(secret, Optional.of(retriedAt)));
      bench.source.latency(Duration.ofSeconds(3));
      var answer = bench.ask("db");
      bench.time.advance(Duration.ofSeconds(3));
      assertThat(((Found) now(answer)).entry().readAt()).isEqualTo(retriedAt);
    }

    @Test
    void an_outage_is_passed_on() {
      bench.source.failWith(Secrets.unreachable());
      assertThat(bench.read("db")).isEqualTo(Secrets.unreachable());
    }

    @Test
    void an_outage_is_not_remembered() {
      bench.source.failWith(Secrets.unreachable());
      bench.read("db");
      bench.source.heal();
      assertFound(bench.read("db"), "one", CacheState.MISS);
    }

    @Test
    void the_deadline_of_the_request_ends_the_wait() {
      bench.source.latency(Duration.ofMinutes(1));
      var answer = bench.ask("db");
      bench.time.advance(REQUEST_TIMEOUT.minusMillis(1));
      assertThat(answer).isNotDone();
      bench.time.advance(Duration.ofMillis(1));
      assertThat(now(answer)).extracting("cause").isEqualTo(Unavailable.Cause.DEADLINE);
    }

    @Test
    void who_joins_late_does_not_get_the_early_end_of_the_flight() {
      bench.source.latency(Duration.ofMinutes(1));
      var first = bench.ask("db");
      bench.time.advance(REQUEST_TIMEOUT.dividedBy(2));
      var late = bench.ask("db");
      bench.source.latency(Duration.ZERO);
      bench.time.advance(REQUEST_TIMEOUT.dividedBy(2));
      assertThat(now(first)).isInstanceOf(Unavailable.class);
      assertFound(now(late), "one", CacheState.MISS);
      assertThat(bench.calls()).isEqualTo(2);
    }

    @Test
    void who_joins_late_joins_one_more_flight_and_no_third() {
      bench.source.latency(Duration.ofMinutes(1));
      var _ = bench.ask("db");
      bench.time.advance(REQUEST_TIMEOUT.dividedBy(2));
      var late = bench.ask("db");
      bench.time.advance(REQUEST_TIMEOUT);
      assertThat(now(late)).isInstanceOf(Unavailable.class);
      assertThat(bench.calls()).isEqualTo(2);
    }

    @Test
    void a_source_that_throws_leaves_nothing_in_flight() {
      var broken = new AtomicBoolean(true);
      SecretSource source =
          (query, deadline) -> {
            if (broken.getAndSet(false)) {
              throw new IllegalStateException("planted");
            }
            return bench.source.fetch(query, deadline);
          };
      assertThatTheSecondReadWorks(source, bench.cache);
    }

    @Test
    void a_cache_that_throws_leaves_nothing_in_flight() {
      var broken = new AtomicBoolean(true);
      var cache =
          new ForwardingSecretCache(bench.cache) {
            @Override
            public CompletionStage<LeadDecision> requestLead(
                SecretQuery query, Instant readAfter, Instant deadline) {
              if (broken.getAndSet(false)) {
                throw new IllegalStateException("planted");
              }
              return super.requestLead(query, readAfter, deadline);
            }
          };
      assertThatTheSecondReadWorks(bench.source, cache);
    }

    private void assertThatTheSecondReadWorks(SecretSource source, SecretCache cache) {
      var retrieval = retrieval(source, cache);
      var query = Secrets.current("db");
      assertThat(retrieval.retrieve(query, ReadMode.CACHED).toCompletableFuture())
          .isCompletedExceptionally();
      assertFound(
          now(retrieval.retrieve(query, ReadMode.CACHED).toCompletableFuture()),
          "one",
          CacheState.MISS);
    }

    @Test
    void no_timer_is_left_behind() {
      bench.source.latency(Duration.ofSeconds(1));
      var answer = bench.ask("db");
      bench.time.advance(Duration.ofSeconds(1));
      now(answer);
      assertThat(bench.time.waiting()).isZero();
    }

    @Test
    void a_bug_after_the_call_ends_the_flight_and_the_next_one_calls_again() {
      SecretRenderer renderer =
          _ -> {
            throw new IllegalStateException("planted");
          };
      var broken = retrieval(bench.source, bench.cache, bench.time, renderer);
      var first = broken.retrieve(Secrets.current("db"), ReadMode.CACHED).toCompletableFuture();
      var second = broken.retrieve(Secrets.current("db"), ReadMode.CACHED).toCompletableFuture();
      assertThat(first).isCompletedExceptionally();
      assertThat(second).isCompletedExceptionally();
      assertThat(bench.calls()).isEqualTo(2);
    }
  }

  @Nested
  class Held_by_another_agent_that_shares_the_cache {
    @BeforeEach
    void another_has_read_the_secret() {
      var secret = Secrets.text("db", "v0", "shared");
      bench.cache.holdElsewhere(Secrets.current("db"), Secrets.entry(secret, bench.time.instant()));
    }

    @Test
    void a_fresh_value_is_a_hit() {
      assertFound(bench.read("db"), "shared", CacheState.HIT);
      assertThat(bench.calls()).isZero();
    }

    @Test
    void a_value_near_its_end_is_a_hit_and_is_renewed() {
      bench.time.advance(Duration.ofSeconds(250));
      assertFound(bench.read("db"), "shared", CacheState.HIT);
      assertFound(bench.read("db"), "one", CacheState.HIT);
      assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void a_lapsed_value_stands_in_for_a_kms_that_cannot_answer() {
      bench.time.advance(TTL);
      bench.source.failWith(Secrets.unreachable());
      assertFound(bench.read("db"), "shared", CacheState.STALE);
    }

    @Test
    void an_expired_value_is_read_anew() {
      bench.time.advance(TTL.plus(MAX_STALE));
      assertFound(bench.read("db"), "one", CacheState.REVALIDATED);
    }

    @Test
    void a_value_that_is_staler_than_the_client_allows_is_not_served() {
      var bounded = bench.retrieval.withMaxStale(Duration.ofSeconds(60));
      bench.source.failWith(Secrets.unreachable());
      bench.time.advance(TTL.plusSeconds(60));
      var answer = bounded.retrieve(Secrets.current("db"), ReadMode.CACHED).toCompletableFuture();
      assertThat(now(answer)).isEqualTo(Secrets.unreachable());
    }

    @Test
    void what_kms_refused_a_moment_ago_is_not_looked_for() {
      bench.source.failWith(Secrets.denied());
      assertThat(now(bench.refresh("db"))).isEqualTo(Secrets.denied());
      bench.cache.holdElsewhere(
          Secrets.current("db"),
          Secrets.entry(Secrets.text("db", "v0", "shared"), bench.time.instant()));
      assertThat(bench.read("db")).isEqualTo(Secrets.denied());
    }

    @Test
    void a_value_that_lapses_while_it_is_looked_for_is_not_fresh_any_more() {
      bench.cache.holdElsewhere(
          Secrets.current("db"),
          Secrets.entry(
              Secrets.text("db", "v0", "shared"), bench.time.instant().minus(TTL).plusSeconds(2)));
      bench.cache.findSharedLatency(Duration.ofSeconds(4), bench.time);
      var answer = bench.ask("db");
      bench.time.advance(Duration.ofSeconds(4));
      assertFound(now(answer), "one", CacheState.REVALIDATED);
    }

    @Test
    void the_time_that_the_others_take_is_the_requests_own() {
      bench.cache.findSharedLatency(Duration.ofSeconds(4), bench.time);
      var end = bench.time.instant().plus(REQUEST_TIMEOUT);
      var answer = bench.ask("mq");
      bench.time.advance(Duration.ofSeconds(4));
      assertThat(bench.cache.turnDeadlines()).containsExactly(end);
      assertThat(answer).isCompleted();
    }

    @Test
    void a_refresh_asks_kms_all_the_same() {
      assertFound(now(bench.refresh("db")), "one", CacheState.REFRESHED);
    }
  }

  @Nested
  class Fresh {
    @BeforeEach
    void read_once() {
      bench.read("db");
    }

    @Test
    void the_cache_answers_without_kms() {
      bench.time.advance(Duration.ofMinutes(3));
      assertFound(bench.read("db"), "one", CacheState.HIT);
      assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void no_version_and_the_current_stage_are_one_entry() {
      assertFound(
          now(bench.ask(Secrets.byStage("db", "ACSCurrent"), ReadMode.CACHED)),
          "one",
          CacheState.HIT);
    }

    @Test
    void every_read_is_reported_with_its_outcome() {
      var _ = bench.retrieval.lookUp(Secrets.current("db"));
      var _ = bench.retrieval.lookUp(Secrets.current("unknown"));
      assertThat(bench.events.of(ReadEvent.SecretRead.class))
          .extracting(ReadEvent.SecretRead::outcome)
          .satisfiesExactly(
              first -> assertFound(first, "one", CacheState.MISS),
              second -> assertFound(second, "one", CacheState.HIT));
    }
  }

  @Nested
  class Near_its_end {
    @BeforeEach
    void read_once_and_wait() {
      bench.read("db");
      bench.source.hold("db", "v2", "two");
      bench.time.advance(Duration.ofMinutes(4));
    }

    @Test
    void a_hit_is_answered_at_once_and_refreshes_in_the_background() {
      bench.source.latency(Duration.ofSeconds(1));
      assertFound(bench.read("db"), "one", CacheState.HIT);
      bench.time.advance(Duration.ofSeconds(1));
      assertFound(bench.read("db"), "two", CacheState.HIT);
    }

    @Test
    void many_hits_start_one_refresh() {
      bench.source.latency(Duration.ofSeconds(1));
      IntStream.range(0, 100).forEach(_ -> bench.read("db"));
      assertThat(bench.calls()).isEqualTo(2);
    }

    @Test
    void a_failing_refresh_is_tried_again_with_back_off() {
      bench.source.failWith(Secrets.unreachable());
      IntStream.range(0, 590).forEach(_ -> hitAndWait(Duration.ofMillis(100)));
      assertThat(bench.calls() - 1).isBetween(4, 8);
    }

    private void hitAndWait(Duration pause) {
      assertFound(bench.read("db"), "one", CacheState.HIT);
      bench.time.advance(pause);
    }

    @Test
    void an_identity_that_is_refused_does_not_harm_a_fresh_value() {
      bench.source.failWith(NOT_US);
      assertFound(bench.read("db"), "one", CacheState.HIT);
      assertFound(bench.read("db"), "one", CacheState.HIT);
    }
  }

  @Nested
  class Lapsed {
    @BeforeEach
    void read_once_and_wait() {
      bench.read("db");
      bench.source.hold("db", "v2", "two");
      bench.time.advance(TTL);
    }

    @Test
    void the_caller_waits_for_kms() {
      bench.source.latency(Duration.ofMillis(100));
      var answer = bench.ask("db");
      bench.time.advance(Duration.ofMillis(100));
      assertFound(now(answer), "two", CacheState.REVALIDATED);
    }

    @Test
    void a_slow_kms_is_waited_for_no_longer_than_stale_after_while_the_flight_goes_on() {
      bench.source.latency(Duration.ofSeconds(3));
      var answer = bench.ask("db");
      bench.time.advance(STALE_AFTER.minusMillis(1));
      assertThat(answer).isNotDone();
      bench.time.advance(Duration.ofMillis(1));
      assertFound(now(answer), "one", CacheState.STALE);
      bench.time.advance(Duration.ofSeconds(3));
      assertFound(bench.read("db"), "two", CacheState.HIT);
      assertThat(bench.calls()).isEqualTo(2);
    }

    @Test
    void it_is_served_stale_while_kms_is_down() {
      bench.source.failWith(Secrets.unreachable());
      assertFound(bench.read("db"), "one", CacheState.STALE);
    }

    @Test
    void once_kms_is_known_to_be_down_nobody_waits_for_it() {
      bench.source.failWith(Secrets.unreachable());
      bench.read("db");
      bench.source.latency(Duration.ofSeconds(5));
      bench.time.advance(Duration.ofSeconds(2));
      assertFound(bench.read("db"), "one", CacheState.STALE);
    }

    @Test
    void trouble_with_one_secret_makes_no_other_stale() {
      bench.source.answer(Secrets.current("other"), Secrets.unreachable());
      bench.read("other");
      assertFound(bench.read("db"), "two", CacheState.REVALIDATED);
    }

    @ParameterizedTest
    @EnumSource(names = {"CIRCUIT_OPEN", "THROTTLED", "RATE_LIMITED", "CREDENTIALS"})
    void trouble_of_the_agent_as_a_whole_spares_every_secret_the_wait(Unavailable.Cause cause) {
      bench.source.answer(Secrets.current("other"), new Unavailable(cause, "", "planted"));
      bench.read("other");
      bench.source.latency(Duration.ofSeconds(5));
      assertFound(bench.read("db"), "one", CacheState.STALE);
    }

    @Test
    void a_read_that_is_not_answered_is_waited_for_once() {
      bench.source.latency(Duration.ofSeconds(5));
      var first = bench.ask("db");
      bench.time.advance(STALE_AFTER);
      assertFound(now(first), "one", CacheState.STALE);
      assertFound(bench.read("db"), "one", CacheState.STALE);
      assertThat(bench.calls()).isEqualTo(2);
      bench.time.advance(Duration.ofSeconds(5));
      assertFound(bench.read("db"), "two", CacheState.HIT);
      bench.time.advance(TTL);
      bench.source.latency(Duration.ofMillis(100));
      assertThat(bench.ask("db")).isNotDone();
    }

    @Test
    void trouble_of_the_agent_as_a_whole_says_nothing_an_hour_later() {
      bench.source.answer(
          Secrets.current("other"), new Unavailable(Unavailable.Cause.THROTTLED, "", "planted"));
      bench.read("other");
      bench.source.latency(Duration.ofMillis(100));
      bench.time.advance(Duration.ofHours(1));
      var answer = bench.ask("db");
      assertThat(answer).isNotDone();
      bench.time.advance(Duration.ofMillis(100));
      assertFound(now(answer), "two", CacheState.REVALIDATED);
    }

    @Test
    void a_delay_counts_no_longer_than_its_flight() {
      var calls = new ArrayDeque<CompletableFuture<FetchOutcome>>();
      var answersSoon = new AtomicBoolean();
      var answer = new Fetched(Secrets.text("db", "v2", "two"));
      InstantSource clock =
          () -> {
            if (answersSoon.getAndSet(false)) {
              calls.remove().complete(answer);
            }
            return bench.time.instant();
          };
      SecretSource source =
          (_, _) -> {
            calls.add(new CompletableFuture<>());
            return calls.getLast();
          };
      var retrieval = retrieval(source, bench.cache, clock, Secrets::plain);
      var _ = retrieval.retrieve(Secrets.current("db"), ReadMode.CACHED);
      answersSoon.set(true);
      bench.time.advance(STALE_AFTER);
      var _ = clock.instant();
      bench.time.advance(TTL);
      var next = retrieval.retrieve(Secrets.current("db"), ReadMode.CACHED).toCompletableFuture();
      assertThat(calls).hasSize(1);
      assertThat(next).isNotDone();
    }

    @Test
    void a_stale_serve_does_not_renew_anything() {
      bench.source.failWith(Secrets.unreachable());
      bench.read("db");
      bench.time.advance(MAX_STALE);
      assertThat(bench.read("db")).isEqualTo(Secrets.unreachable());
    }

    @Test
    void when_kms_is_back_the_next_read_brings_the_new_value() {
      bench.source.failWith(Secrets.unreachable());
      bench.read("db");
      bench.source.heal();
      bench.time.advance(Duration.ofSeconds(1));
      bench.read("db");
      assertFound(bench.read("db"), "two", CacheState.HIT);
    }

    @Test
    void a_good_call_for_another_secret_ends_the_back_off() {
      bench.source.failWith(Secrets.unreachable());
      bench.read("db");
      bench.source.heal();
      bench.source.hold("other", "v1", "x");
      bench.time.advance(Duration.ofMillis(1));
      bench.read("other");
      bench.read("db");
      assertFound(bench.read("db"), "two", CacheState.HIT);
    }

    @Test
    void an_identity_that_is_refused_serves_nothing_lapsed_and_evicts_nothing() {
      bench.source.failWith(NOT_US);
      assertThat(bench.read("db")).isEqualTo(NOT_US);
      assertThat(bench.read("db")).isEqualTo(NOT_US);
      bench.source.failWith(Secrets.unreachable());
      bench.read("other");
      assertFound(bench.read("db"), "one", CacheState.STALE);
    }

    @Test
    void past_the_bound_the_failure_is_passed_on() {
      bench.source.failWith(Secrets.unreachable());
      bench.time.advance(MAX_STALE);
      assertThat(bench.read("db")).isEqualTo(Secrets.unreachable());
    }

    @Test
    void a_value_that_passes_its_bound_during_the_flight_is_not_served() {
      bench.time.advance(MAX_STALE.minusMillis(50));
      bench.source.failWith(Secrets.unreachable());
      bench.source.latency(Duration.ofMillis(100));
      var answer = bench.ask("db");
      bench.time.advance(Duration.ofMillis(100));
      assertThat(now(answer)).isEqualTo(Secrets.unreachable());
    }
  }

  @Nested
  class A_bound_of_the_client {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private final RetrieveSecret bounded = bench.retrieval.withMaxStale(BOUND);

    @BeforeEach
    void read_once_and_wait() {
      bench.read("db");
      bench.source.failWith(Secrets.unreachable());
      bench.time.advance(TTL);
    }

    private Retrieval read(RetrieveSecret retrieval) {
      var query = Secrets.current("db");
      return now(retrieval.retrieve(query, ReadMode.CACHED).toCompletableFuture());
    }

    @Test
    void allows_a_value_that_is_less_stale() {
      bench.time.advance(BOUND.minusMillis(1));
      assertFound(read(bounded), "one", CacheState.STALE);
      assertThat(bounded.lookUp(Secrets.current("db"))).isInstanceOf(Found.class);
      assertThat(bounded.findWithoutWaiting(Secrets.current("db"))).isPresent();
    }

    @Test
    void forbids_a_value_that_is_staler_to_this_client_alone() {
      bench.time.advance(BOUND);
      assertThat(read(bounded)).isEqualTo(Secrets.unreachable());
      assertThat(bounded.lookUp(Secrets.current("db"))).isEqualTo(Lookup.NotServed.UNDECIDED);
      assertThat(bounded.findWithoutWaiting(Secrets.current("db"))).isEmpty();
      assertFound(read(bench.retrieval), "one", CacheState.STALE);
    }

    @Test
    void lets_the_client_wait_for_kms_as_if_nothing_were_cached() {
      bench.source.heal();
      bench.source.hold("db", "v2", "two");
      bench.source.latency(STALE_AFTER.multipliedBy(4));
      bench.time.advance(BOUND);
      var answer = bounded.retrieve(Secrets.current("db"), ReadMode.CACHED).toCompletableFuture();
      bench.time.advance(STALE_AFTER.multipliedBy(4));
      assertFound(now(answer), "two", CacheState.REVALIDATED);
    }

    @Test
    void holds_at_the_end_of_the_wait_for_a_slow_kms_too() {
      bench.source.heal();
      bench.source.latency(STALE_AFTER.multipliedBy(4));
      bench.time.advance(BOUND.minus(STALE_AFTER));
      var answer = bounded.retrieve(Secrets.current("db"), ReadMode.CACHED).toCompletableFuture();
      bench.time.advance(STALE_AFTER);
      assertThat(answer).isNotDone();
      bench.time.advance(STALE_AFTER.multipliedBy(3));
      assertFound(now(answer), "one", CacheState.REVALIDATED);
    }

    @Test
    void of_zero_allows_fresh_values_only() {
      var fresh = bench.retrieval.withMaxStale(Duration.ZERO);
      assertThat(read(fresh)).isEqualTo(Secrets.unreachable());
      bench.source.heal();
      bench.time.advance(Duration.ofSeconds(1));
      read(bench.retrieval);
      bench.source.failWith(Secrets.unreachable());
      assertFound(read(fresh), "one", CacheState.HIT);
    }

    @Test
    void does_not_extend_the_bound_of_the_configuration() {
      bench.time.advance(MAX_STALE);
      assertThat(read(bench.retrieval.withMaxStale(MAX_STALE.multipliedBy(2))))
          .isEqualTo(Secrets.unreachable());
    }
  }

  @Nested
  class Stale_serving_switched_off {
    private final Bench strict = new Bench(TTL, Duration.ZERO);

    @Test
    void an_outage_is_passed_on_as_soon_as_the_value_has_lapsed() {
      strict.source.hold("db", "v1", "one");
      strict.read("db");
      strict.source.failWith(Secrets.unreachable());
      strict.time.advance(TTL.minusMillis(1));
      assertFound(strict.read("db"), "one", CacheState.HIT);
      strict.time.advance(Duration.ofMillis(1));
      assertThat(strict.read("db")).isEqualTo(Secrets.unreachable());
    }
  }

  @Nested
  class A_ttl_of_zero {
    private final Bench eager = new Bench(Duration.ZERO, MAX_STALE);

    @BeforeEach
    void kms_holds_a_secret() {
      eager.source.hold("db", "v1", "one");
    }

    @Test
    void every_read_asks_kms() {
      eager.read("db");
      eager.time.advance(Duration.ofMillis(1));
      assertFound(eager.read("db"), "one", CacheState.REVALIDATED);
      assertThat(eager.calls()).isEqualTo(2);
    }

    @Test
    void the_last_value_stands_in_for_an_outage() {
      eager.read("db");
      eager.source.failWith(Secrets.unreachable());
      eager.time.advance(Duration.ofMinutes(1));
      assertFound(eager.read("db"), "one", CacheState.STALE);
    }
  }

  @Nested
  class Refused {
    @Test
    void a_refusal_is_passed_on_and_evicts_every_version() {
      bench.source.answer(Secrets.byId("db", "v1"), new Fetched(Secrets.text("db", "v1", "one")));
      bench.read("db");
      now(bench.ask(Secrets.byId("db", "v1"), ReadMode.CACHED));
      bench.source.failWith(Secrets.denied());
      assertThat(now(bench.refresh("db"))).isEqualTo(Secrets.denied());
      bench.source.failWith(Secrets.unreachable());
      assertThat(bench.cache.occupancy().entries()).isZero();
    }

    @Test
    void it_is_remembered_for_the_negative_ttl() {
      bench.source.failWith(Secrets.denied());
      bench.read("db");
      bench.time.advance(Duration.ofMillis(4999));
      assertThat(bench.read("db")).isEqualTo(Secrets.denied());
      assertThat(bench.calls()).isEqualTo(1);
      bench.time.advance(Duration.ofMillis(1));
      bench.source.heal();
      assertFound(bench.read("db"), "one", CacheState.MISS);
    }

    @Test
    void it_answers_who_looked_it_up_before_and_begins_a_flight_after_it() {
      bench.cache.findSharedLatency(Duration.ofSeconds(4), bench.time);
      var slow = bench.ask("db");
      bench.source.failWith(Secrets.denied());
      now(bench.refresh("db"));
      bench.time.advance(Duration.ofSeconds(4));
      assertThat(now(slow)).isEqualTo(Secrets.denied());
      assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void it_is_remembered_for_every_version_of_the_secret() {
      bench.source.failWith(Secrets.denied());
      bench.read("db");
      now(bench.ask(Secrets.byId("db", "v1"), ReadMode.CACHED));
      assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void it_is_not_remembered_against_a_name_that_may_be_another_accounts() {
      bench.source.answerElse(Secrets.denied());
      now(bench.ask(Secrets.current("acs:kms:cn-hangzhou:1:secret/db"), ReadMode.CACHED));
      assertFound(bench.read("db"), "one", CacheState.MISS);
    }

    @Test
    void a_missing_version_says_nothing_of_the_secret() {
      bench.read("db");
      bench.source.answerElse(Secrets.noSuchVersion());
      var old = Secrets.byId("db", "v0");
      assertThat(now(bench.ask(old, ReadMode.CACHED))).isEqualTo(Secrets.noSuchVersion());
      assertThat(now(bench.ask(old, ReadMode.CACHED))).isEqualTo(Secrets.noSuchVersion());
      assertFound(bench.read("db"), "one", CacheState.HIT);
      assertThat(bench.calls()).isEqualTo(2);
    }

    @Test
    void a_lapsed_value_is_never_served_after_a_refusal() {
      bench.read("db");
      bench.time.advance(TTL);
      bench.source.failWith(Secrets.gone());
      assertThat(bench.read("db")).isEqualTo(Secrets.gone());
      bench.source.failWith(Secrets.unreachable());
      bench.time.advance(Duration.ofSeconds(5));
      assertThat(bench.read("db")).isEqualTo(Secrets.unreachable());
    }

    @Test
    void a_background_refresh_that_is_refused_evicts() {
      bench.read("db");
      bench.source.failWith(Secrets.denied());
      bench.time.advance(Duration.ofMinutes(4));
      assertFound(bench.read("db"), "one", CacheState.HIT);
      assertThat(bench.read("db")).isEqualTo(Secrets.denied());
    }

    @Test
    void what_an_older_flight_brings_is_not_kept() {
      var other = Secrets.byId("db", "v1");
      bench.source.answer(other, new Fetched(Secrets.text("db", "v1", "one")));
      bench.source.latency(Duration.ofSeconds(2));
      var slow = bench.ask(other, ReadMode.CACHED);
      bench.source.latency(Duration.ZERO);
      bench.source.failWith(Secrets.denied());
      bench.read("db");
      bench.time.advance(Duration.ofSeconds(2));
      assertFound(now(slow), "one", CacheState.MISS);
      assertThat(bench.cache.occupancy().entries()).isZero();
    }

    @Test
    void what_is_marked_as_lapsed_meanwhile_is_evicted_under_the_other_name_too() {
      var arn = Secrets.current("acs:kms:cn-hangzhou:1111:secret/db");
      bench.source.answer(arn, new Fetched(Secrets.text("db", "v1", "theirs")));
      now(bench.ask(arn, ReadMode.CACHED));
      var refusal = new AtomicReference<Runnable>();
      var cache =
          new ForwardingSecretCache(bench.cache) {
            @Override
            public void store(SecretQuery query, CacheEntry entry) {
              if (query.equals(arn)) {
                refusal.get().run();
              }
              super.store(query, entry);
            }
          };
      var retrieval = retrieval(bench.source, cache);
      refusal.set(
          () -> {
            bench.source.failWith(Secrets.denied());
            var _ = retrieval.retrieve(arn, ReadMode.REFRESH_NOW);
          });
      var _ = retrieval.retrieve(Secrets.current("db"), ReadMode.REFRESH_NOW);
      assertThat(bench.events.of(KmsEvent.SecretRevoked.class)).hasSize(1);
      assertThat(bench.cache.find(arn)).isEmpty();
    }

    @Test
    void operators_are_told_when_it_revokes_what_was_cached() {
      bench.read("db");
      bench.source.failWith(Secrets.denied());
      now(bench.refresh("db"));
      bench.read("other");
      assertThat(bench.events.of(KmsEvent.SecretRevoked.class))
          .containsExactly(new KmsEvent.SecretRevoked(Secrets.current("db"), Secrets.denied(), 1));
    }
  }

  @Nested
  class Refresh_now {
    @BeforeEach
    void read_once() {
      bench.read("db");
      bench.source.hold("db", "v2", "two");
      bench.time.advance(Duration.ofSeconds(1));
    }

    @Test
    void kms_is_read_before_the_answer_and_the_cache_has_the_new_value() {
      assertFound(now(bench.refresh("db")), "two", CacheState.REFRESHED);
      assertFound(bench.read("db"), "two", CacheState.HIT);
    }

    @Test
    void concurrent_refreshes_share_one_call() {
      bench.source.latency(Duration.ofSeconds(1));
      var answers = IntStream.range(0, 100).mapToObj(_ -> bench.refresh("db")).toList();
      bench.time.advance(Duration.ofSeconds(1));
      answers.forEach(answer -> assertFound(now(answer), "two", CacheState.REFRESHED));
      assertThat(bench.calls()).isEqualTo(2);
    }

    @Test
    void it_does_not_share_a_flight_that_began_before_it_but_follows_it() {
      bench.time.advance(TTL);
      bench.source.latency(Duration.ofMillis(300));
      var reader = bench.ask("db");
      bench.source.hold("db", "v3", "three");
      var refresher = bench.refresh("db");
      var another = bench.refresh("db");
      bench.time.advance(Duration.ofMillis(300));
      assertFound(now(reader), "two", CacheState.REVALIDATED);
      assertThat(refresher).isNotDone();
      bench.time.advance(Duration.ofMillis(300));
      assertFound(now(refresher), "three", CacheState.REFRESHED);
      assertFound(now(another), "three", CacheState.REFRESHED);
      assertThat(bench.calls()).isEqualTo(3);
    }

    @Test
    void a_follow_up_has_as_much_time_as_the_last_of_its_callers() {
      bench.time.advance(TTL);
      bench.source.latency(Duration.ofMinutes(1));
      var _ = bench.ask("db");
      bench.time.advance(Duration.ofSeconds(1));
      var early = bench.refresh("db");
      bench.time.advance(Duration.ofSeconds(8));
      var late = bench.refresh("db");
      bench.source.latency(Duration.ofSeconds(3));
      bench.time.advance(Duration.ofSeconds(4));
      assertThat(now(early)).isInstanceOf(Unavailable.class);
      assertFound(now(late), "two", CacheState.REFRESHED);
      assertThat(bench.calls()).isEqualTo(3);
    }

    @Test
    void an_outage_is_passed_on_and_the_cache_keeps_what_it_had() {
      bench.source.failWith(Secrets.unreachable());
      assertThat(now(bench.refresh("db"))).isEqualTo(Secrets.unreachable());
      assertFound(bench.read("db"), "one", CacheState.HIT);
      bench.time.advance(TTL);
      assertThat(now(bench.refresh("db"))).isEqualTo(Secrets.unreachable());
      assertFound(bench.read("db"), "one", CacheState.STALE);
    }

    @Test
    void the_negative_memory_is_ignored() {
      bench.source.failWith(Secrets.denied());
      now(bench.refresh("db"));
      bench.source.heal();
      assertFound(now(bench.refresh("db")), "two", CacheState.REFRESHED);
      assertFound(bench.read("db"), "two", CacheState.HIT);
    }

    @Test
    void every_spelling_of_the_same_version_is_replaced() {
      bench.source.answer(
          Secrets.byId("db", "v2"), new Fetched(Secrets.text("db", "v2", "before")));
      now(bench.ask(Secrets.byId("db", "v2"), ReadMode.CACHED));
      var both = byIdAndStage("v2", Stage.CURRENT);
      bench.source.answer(both, new Fetched(Secrets.text("db", "v2", "before")));
      now(bench.ask(both, ReadMode.CACHED));
      bench.time.advance(Duration.ofSeconds(1));
      now(bench.refresh("db"));
      assertFound(now(bench.ask(Secrets.byId("db", "v2"), ReadMode.CACHED)), "two", CacheState.HIT);
      assertFound(now(bench.ask(both, ReadMode.CACHED)), "two", CacheState.HIT);
    }

    @Test
    void another_version_is_left_alone() {
      var previous = Secrets.byStage("db", "ACSPrevious");
      bench.source.answer(previous, new Fetched(staged("v1", "one", Stage.PREVIOUS)));
      now(bench.ask(previous, ReadMode.CACHED));
      now(bench.refresh("db"));
      assertFound(now(bench.ask(previous, ReadMode.CACHED)), "one", CacheState.HIT);
    }

    @Test
    void a_spelling_by_arn_lapses_since_it_may_be_another_accounts_secret() {
      var arn = Secrets.current("acs:kms:cn-hangzhou:1:secret/db");
      bench.source.answer(arn, new Fetched(Secrets.text("db", "v1", "theirs")));
      now(bench.ask(arn, ReadMode.CACHED));
      bench.time.advance(Duration.ofSeconds(1));
      now(bench.refresh("db"));
      assertFound(now(bench.ask(arn, ReadMode.CACHED)), "theirs", CacheState.REVALIDATED);
    }

    @Test
    void another_accounts_secret_does_not_lapse_with_that_of_the_own_account() {
      bench.identity.become("acs:ram::1111:role/orders");
      var arn = Secrets.current("acs:kms:cn-hangzhou:2222:secret/db");
      bench.source.answer(arn, new Fetched(Secrets.text("db", "v1", "theirs")));
      now(bench.ask(arn, ReadMode.CACHED));
      bench.time.advance(Duration.ofSeconds(1));
      now(bench.refresh("db"));
      assertFound(now(bench.ask(arn, ReadMode.CACHED)), "theirs", CacheState.HIT);
    }

    private static Secret staged(String version, String value, Stage stage) {
      var secret = Secrets.text("db", version, value);
      return new Secret(
          secret.name(),
          secret.version(),
          List.of(stage),
          secret.dataType(),
          secret.value(),
          secret.attributes());
    }
  }
}
