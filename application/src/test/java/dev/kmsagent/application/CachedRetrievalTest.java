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
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretRenderer;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RetrieveSecretContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
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
  private static final int SECRETS = 10_000;

  private final Bench bench = new Bench();

  @BeforeEach
  void kms_holds_a_secret() {
    bench.source.hold("db", "v1", "one");
  }

  @Nested
  final class Keeps_the_contract implements RetrieveSecretContract {
    @Override
    public RetrieveSecret retrieval() {
      return bench.retrieval;
    }

    @Override
    public FakeSecretSource kms() {
      return bench.source;
    }

    @Override
    public VirtualTime time() {
      return bench.time;
    }
  }

  private RetrieveSecret retrieval(SecretSource source, SecretCache cache) {
    return retrieval(source, cache, bench.time, Secrets::plain);
  }

  private RetrieveSecret retrieval(
      SecretSource source, SecretCache cache, InstantSource clock, SecretRenderer renderer) {
    return new CachedRetrieval(
            new RetrievalPorts(cache, renderer, bench.identity, bench.events),
            new TimeSources(Clocks.of(clock), bench.time, () -> 0.5),
            new RetrievalSettings(
                new FreshnessPolicy(TTL, 0, 0.8, MAX_STALE), REQUEST_TIMEOUT, STALE_AFTER, 1000))
        .with(source);
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

  /** Who is ahead makes the calls, so that the other catches up: they meet again and again. */
  @Test
  void threads_that_read_the_same_secrets_share_each_call() throws InterruptedException {
    bench.source.latency(STALE_AFTER);
    var ready = new CyclicBarrier(2);
    Callable<Long> reader =
        () -> {
          ready.await();
          return IntStream.range(0, SECRETS)
              .mapToObj(i -> Secrets.current("secret-" + i))
              .filter(it -> !isDone(bench.retrieval.retrieve(it, ReadMode.CACHED)))
              .count();
        };
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (var reading : threads.invokeAll(List.of(reader, reader))) {
        assertThat(reading.resultNow()).isEqualTo(SECRETS);
      }
    }
    assertThat(bench.calls()).isEqualTo(SECRETS);
  }

  private static boolean isDone(CompletionStage<?> answer) {
    return answer.toCompletableFuture().isDone();
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
  void a_cache_that_throws_leaves_nothing_in_flight_and_gets_the_next_lease_back() {
    var broken = new AtomicBoolean(true);
    var released = new AtomicInteger();
    var cache =
        new FakeSecretCache() {
          @Override
          public CompletionStage<LeadDecision> requestLead(
              SecretQuery query, Instant readAfter, Instant deadline) {
            if (broken.getAndSet(false)) {
              throw new IllegalStateException("planted");
            }
            return CompletableFuture.completedFuture((LeadDecision.Lead) released::incrementAndGet);
          }
        };
    assertThatTheSecondReadWorks(bench.source, cache);
    assertThat(released).hasValue(1);
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
  void every_read_is_reported_with_its_outcome() {
    bench.read("db");
    var found = bench.retrieval.findWithoutWaiting(Secrets.current("db")).orElseThrow();
    var _ = bench.retrieval.lookUp(Secrets.current("db"));
    var _ = bench.retrieval.lookUp(Secrets.current("unknown"));
    var query = Secrets.current("db");
    var hit = new ReadEvent.SecretRead(query, found, Duration.ZERO, Optional.empty());
    assertThat(bench.events.of(ReadEvent.SecretRead.class))
        .satisfiesExactly(
            first -> assertFound(first.outcome(), "one", CacheState.MISS),
            second -> assertThat(second).isEqualTo(hit),
            third -> assertThat(third).isEqualTo(hit));
  }

  @Test
  void a_failing_refresh_is_tried_again_with_back_off() {
    bench.read("db");
    bench.time.advance(Duration.ofMinutes(4));
    bench.source.failWith(Secrets.unreachable());
    for (var i = 0; i < 590; i++) {
      assertFound(bench.read("db"), "one", CacheState.HIT);
      bench.time.advance(Duration.ofMillis(100));
    }
    assertThat(bench.calls() - 1).isBetween(4, 8);
  }

  private void readAndLapse() {
    bench.read("db");
    bench.source.hold("db", "v2", "two");
    bench.time.advance(TTL);
  }

  @ParameterizedTest
  @EnumSource(names = {"CIRCUIT_OPEN", "THROTTLED", "RATE_LIMITED", "CREDENTIALS"})
  void trouble_of_the_agent_as_a_whole_spares_every_secret_the_wait(Unavailable.Cause cause) {
    readAndLapse();
    bench.source.answer(Secrets.current("other"), new Unavailable(cause, "", "planted"));
    bench.read("other");
    bench.source.latency(Duration.ofSeconds(5));
    assertFound(bench.read("db"), "one", CacheState.STALE);
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
    readAndLapse();
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
  void what_is_marked_as_lapsed_meanwhile_is_evicted_under_the_other_name_too() {
    var arn = Secrets.current("acs:kms:cn-hangzhou:1111:secret/db");
    bench.source.answer(arn, new Fetched(Secrets.text("db", "v1", "theirs")));
    var refusal = new AtomicReference<Runnable>(() -> {});
    var cache =
        new FakeSecretCache() {
          @Override
          public void store(SecretQuery query, CacheEntry entry) {
            if (query.equals(arn)) {
              refusal.get().run();
            }
            super.store(query, entry);
          }
        };
    var retrieval = retrieval(bench.source, cache);
    now(retrieval.retrieve(arn, ReadMode.CACHED).toCompletableFuture());
    refusal.set(
        () -> {
          bench.source.failWith(Secrets.denied());
          var _ = retrieval.retrieve(arn, ReadMode.REFRESH_NOW);
        });
    var _ = retrieval.retrieve(Secrets.current("db"), ReadMode.REFRESH_NOW);
    assertThat(bench.events.of(KmsEvent.SecretRevoked.class)).hasSize(1);
    assertThat(cache.find(arn)).isEmpty();
  }

  @Test
  void operators_are_told_when_it_revokes_what_was_cached() {
    bench.read("db");
    bench.source.failWith(Secrets.denied());
    now(bench.refresh("db"));
    bench.read("other");
    assertThat(bench.events.of(KmsEvent.SecretRevoked.class))
        .containsExactly(
            new KmsEvent.SecretRevoked(
                Secrets.current("db"), Secrets.denied(), 1, Optional.empty()));
  }
}
