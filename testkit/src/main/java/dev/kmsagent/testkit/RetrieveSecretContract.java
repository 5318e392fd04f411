package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link RetrieveSecret} does. The one under test has an empty cache, {@link #TTL},
 * {@link #REQUEST_TIMEOUT}, and serves stale values for an hour to two days.
 */
public interface RetrieveSecretContract {
  Duration TTL = Duration.ofMinutes(5);
  Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  SecretQuery DB = Secrets.current("db");

  /** The retrieval under test: one for each test, the same throughout it. */
  RetrieveSecret retrieval();

  /** The KMS that it reads from. */
  FakeSecretSource kms();

  /** The clock and the timers of both. */
  VirtualTime time();

  @BeforeEach
  default void kms_has_a_secret() {
    kms().hold("db", "v1", "one");
  }

  /** Before the first read, at each age of the entry, during a call, and without KMS. */
  @Test
  default void a_look_up_starts_nothing_and_gives_what_is_retrieved_at_once() {
    for (var step = 0; step < 40; step++) {
      lookUp();
      var _ = retrieve(retrieval(), DB);
      lookUp();
      if (step == 20) {
        kms().latency(TTL);
      }
      time().advance(TTL.dividedBy(10));
    }
  }

  private void lookUp() {
    var calls = kms().callCount();
    var timers = time().waiting();
    var found = retrieval().lookUp(DB);
    found.ifPresent(it -> assertThat(now(retrieve(retrieval(), DB))).isEqualTo(it));
    assertThat(kms().callCount()).isEqualTo(calls);
    assertThat(time().waiting()).isEqualTo(timers);
  }

  @Test
  default void nothing_is_given_that_is_staler_than_its_bound() {
    now(retrieve(retrieval(), DB));
    kms().failWith(Secrets.unreachable());
    var stale = Duration.ofMinutes(1);
    time().advance(TTL.plus(stale));
    assertUnavailable(retrieval().withMaxStale(Duration.ZERO));
    assertUnavailable(retrieval().withMaxStale(stale));
    assertThat(now(retrieve(retrieval().withMaxStale(stale.plusMillis(1)), DB)))
        .isInstanceOf(Found.class);
    assertThat(now(retrieve(retrieval(), DB))).isInstanceOf(Found.class);
    time().advance(Duration.ofDays(2));
    assertUnavailable(retrieval().withMaxStale(Duration.ofDays(30)));
  }

  private static void assertUnavailable(RetrieveSecret bounded) {
    assertThat(bounded.lookUp(DB)).isEmpty();
    assertThat(bounded.findWithoutWaiting(DB)).isEmpty();
    assertThat(now(retrieve(bounded, DB))).isInstanceOf(Unavailable.class);
  }

  @ParameterizedTest
  @EnumSource
  default void a_request_is_answered_by_its_deadline(ReadMode mode) {
    var timers = time().waiting();
    kms().latency(REQUEST_TIMEOUT.multipliedBy(2));
    var answer = retrieval().retrieve(DB, mode).toCompletableFuture();
    time().advance(REQUEST_TIMEOUT);
    assertThat(now(answer)).isInstanceOf(Unavailable.class);
    assertThat(time().waiting()).isEqualTo(timers);
  }

  @Test
  default void a_wait_for_a_change_ends_with_the_change_or_at_its_deadline() {
    var first = (Found) now(retrieve(retrieval(), DB));
    var known = first.entry().secret().revision();
    var timers = time().waiting();
    var unchanged = awaitChange(known, Duration.ofMinutes(1));
    var changed = awaitChange(known, TTL);
    time().advance(Duration.ofMinutes(1));
    assertThat(unchanged).isCompleted();
    assertThat(changed).isNotDone();
    kms().hold("db", "v2", "two");
    time().advance(TTL.minusMinutes(1).minusMillis(1));
    assertThat(changed).isCompleted();
    assertThat(time().waiting()).isEqualTo(timers);
    assertThat(awaitChange(known, TTL)).isCompleted();
  }

  private CompletableFuture<?> awaitChange(Revision known, Duration atMost) {
    var deadline = time().instant().plus(atMost);
    return retrieval().awaitChange(DB, known, deadline).toCompletableFuture();
  }

  @Test
  default void another_version_than_a_rejected_one_is_cached_or_read_or_not_there() {
    var first = new VersionId("v1");
    var second = new VersionId("v2");
    now(retrieve(retrieval(), DB));
    assertThat(other(second)).isInstanceOf(Found.class);
    assertNoOther(other(first));
    time().advance(TTL.dividedBy(2));
    kms().hold("db", "v2", "two");
    assertThat(other(first))
        .isInstanceOfSatisfying(
            Found.class, it -> assertThat(it.entry().secret().version()).isEqualTo(second));
    assertNoOther(other(first, second));
  }

  private Retrieval other(VersionId... rejected) {
    return now(retrieval().retrieveOther(DB, Set.of(rejected)).toCompletableFuture());
  }

  /** There is no version but rejected ones. */
  static void assertNoOther(Retrieval outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Unavailable.class,
            it -> assertThat(it.cause()).isEqualTo(Unavailable.Cause.NO_NEWER_VERSION));
  }

  @Test
  default void threads_that_ask_at_once_each_get_what_they_asked_for() throws InterruptedException {
    var names = IntStream.range(0, 100).mapToObj(i -> "s" + i).toList();
    var secrets = names.stream().map(it -> Secrets.text(it, "v1", it)).toList();
    secrets.forEach(it -> kms().answer(SecretQuery.current(it.name()), new Fetched(it)));
    kms().latency(Duration.ofSeconds(1));
    Callable<List<CompletableFuture<Retrieval>>> asking =
        () -> names.stream().map(it -> retrieve(retrieval(), Secrets.current(it))).toList();
    try (var threads = Executors.newFixedThreadPool(8)) {
      var all = threads.invokeAll(Collections.nCopies(8, asking));
      time().advance(Duration.ofSeconds(1));
      assertThat(all)
          .allSatisfy(
              answers ->
                  assertThat(answers.resultNow())
                      .map(it -> ((Found) now(it)).entry().representation())
                      .isEqualTo(secrets.stream().map(Secrets::plain).toList()));
    }
  }

  private static CompletableFuture<Retrieval> retrieve(RetrieveSecret from, SecretQuery query) {
    return from.retrieve(query, ReadMode.CACHED).toCompletableFuture();
  }

  private static Retrieval now(CompletableFuture<Retrieval> answer) {
    assertThat(answer).as("the answer, at once").isCompleted();
    return answer.join();
  }
}
