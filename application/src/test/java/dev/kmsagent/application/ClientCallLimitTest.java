package dev.kmsagent.application;

import static dev.kmsagent.application.Bench.assertFound;
import static dev.kmsagent.application.Bench.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bound on the calls that clients cause at will: 40 a second, and 40 at once. */
class ClientCallLimitTest {
  private static final int CALLS = 40;

  private static final SecretQuery ARN = Secrets.current("acs:kms:cn-hangzhou:1:secret/db");

  private final Bench bench = new Bench();
  private int guesses;

  @BeforeEach
  void kms_has_one_secret() {
    bench.source.hold("db", "v1", "one");
  }

  private CompletableFuture<Retrieval> guess() {
    return bench.ask("guess-" + guesses++);
  }

  private CompletableFuture<Retrieval> held(String name) {
    bench.source.hold(name, "v1", "one");
    return bench.ask(name);
  }

  private List<CompletableFuture<Retrieval>> guess(int count) {
    return IntStream.range(0, count).mapToObj(_ -> guess()).toList();
  }

  /** A client that guesses on so many connections, on each the next name once it is answered. */
  private final class Guesser {
    private final CompletableFuture<?>[] answers;

    Guesser(int connections) {
      answers = new CompletableFuture<?>[connections];
      Arrays.fill(answers, CompletableFuture.completedFuture(null));
    }

    void guessFor(Duration time) {
      for (var millis = 0; millis < time.toMillis(); millis += 20) {
        Arrays.setAll(answers, i -> answers[i].isDone() ? guess() : answers[i]);
        bench.time.advance(Duration.ofMillis(20));
      }
    }
  }

  private static void assertOverLimit(CompletableFuture<Retrieval> answer) {
    assertThat(now(answer)).extracting("cause").isEqualTo(Unavailable.Cause.RATE_LIMITED);
  }

  @Nested
  class Names_that_kms_refuses {

    /** Those of the last second may go on; also if they are refused late. */
    @ParameterizedTest
    @CsvSource({"300, 0, 440", "32, 50, 472"})
    void cause_forty_calls_a_second_at_most(int connections, long latencyMillis, int most) {
      bench.source.latency(Duration.ofMillis(latencyMillis));
      new Guesser(connections).guessFor(Duration.ofSeconds(10));
      assertThat(bench.calls()).isBetween(CALLS * 9, most);
    }

    @Test
    void wait_for_half_of_their_time_at_most() {
      var answers = guess(1000);
      bench.time.advance(Bench.REQUEST_TIMEOUT.dividedBy(2));
      assertThat(answers).allMatch(CompletableFuture::isDone);
      assertThat(bench.calls()).isBetween(CALLS * 5, CALLS * 6 + 1);
      assertOverLimit(answers.getLast());
    }

    @Test
    void are_told_of_when_they_begin_to_wait() {
      guess(CALLS + 1);
      assertThat(bench.events.of(KmsEvent.ClientCallsLimited.class)).isEmpty();
      var _ = guess();
      assertThat(bench.events.of(KmsEvent.ClientCallsLimited.class))
          .containsExactly(
              new KmsEvent.ClientCallsLimited(
                  Secrets.current("guess-" + (guesses - 1)), Optional.empty()));
    }

    /** They are read again, and do not count if KMS grants them. */
    @Test
    void count_for_each_entry_under_another_name_that_they_evict() {
      for (var i = 0; i < CALLS; i++) {
        var version = Secrets.byId("db", "v" + i);
        bench.source.answer(version, new Fetched(Secrets.text("db", "v" + i, "one")));
        assertFound(now(bench.ask(version, ReadMode.CACHED)), "one", CacheState.MISS);
      }
      assertThat(now(bench.ask(ARN, ReadMode.CACHED))).isEqualTo(Secrets.gone());
      assertOverLimit(bench.refresh("db"));
    }
  }

  @Nested
  class First_reads {

    @Test
    void cost_nothing_if_they_succeed() {
      guess(CALLS + 10);
      var first = IntStream.range(0, 100).mapToObj(i -> held("secret-" + i)).toList();
      bench.time.advance(Duration.ofSeconds(3));
      assertThat(first).allSatisfy(answer -> assertFound(now(answer), "one", CacheState.MISS));
      assertThat(guess(CALLS)).allMatch(CompletableFuture::isDone);
    }
  }

  @Nested
  class Refreshes {

    @BeforeEach
    void forty_in_a_moment() {
      for (var i = 0; i < CALLS; i++) {
        assertFound(now(bench.refresh("db")), "one", CacheState.REFRESHED);
      }
    }

    @Test
    void are_not_made_beyond_the_limit_and_the_cached_value_stays() {
      var calls = bench.calls();
      assertOverLimit(bench.refresh("db"));
      assertThat(bench.calls()).isEqualTo(calls);
      assertFound(bench.read("db"), "one", CacheState.HIT);
      assertThat(bench.events.of(KmsEvent.RefreshFailed.class)).isEmpty();
    }

    @Test
    void fail_no_read_that_joins_one_while_it_is_in_flight() {
      bench.source.hold("other", "v1", "one");
      var read = new CompletableFuture<Retrieval>();
      bench.listener =
          event -> {
            if (event instanceof KmsEvent.ClientCallsLimited) {
              var _ = bench.ask("other").thenAccept(read::complete);
            }
          };
      assertOverLimit(bench.refresh("other"));
      assertFound(now(read), "one", CacheState.MISS);
    }
  }
}
