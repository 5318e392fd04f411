package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PrefetchTest {
  private final Bench bench = new Bench();
  private final Prefetch prefetch =
      new Prefetch(bench.retrieval, bench.events, bench.time, Bench.REQUEST_TIMEOUT);

  private static List<SecretName> names(String... names) {
    return Stream.of(names).map(SecretName::new).toList();
  }

  private List<LifecycleEvent.PrefetchFinished> finished() {
    return bench.events.of(LifecycleEvent.PrefetchFinished.class);
  }

  @Test
  void one_that_fails_is_said_and_the_others_are_cached() {
    bench.source.hold("b", "v1", "two");
    var done = prefetch.prefetch(names("a", "b")).toCompletableFuture();
    assertThat(done).isCompleted();
    assertThat(bench.events.of(LifecycleEvent.PrefetchFailed.class))
        .containsExactly(new LifecycleEvent.PrefetchFailed(new SecretName("a"), Secrets.gone()));
    assertThat(bench.cache.find(Secrets.current("b"))).isPresent();
    assertThat(finished()).containsExactly(new LifecycleEvent.PrefetchFinished(1, 1));
  }

  @Test
  void nobody_waits_longer_than_the_deadline() {
    bench.source.latency(Duration.ofMinutes(1));
    var done = prefetch.prefetch(names("a", "b", "c", "d", "e", "f")).toCompletableFuture();
    bench.time.advance(Bench.REQUEST_TIMEOUT.minusMillis(1));
    assertThat(done).isNotDone();
    bench.time.advance(Duration.ofMillis(1));
    assertThat(done).isCompleted();
    assertThat(finished()).containsExactly(new LifecycleEvent.PrefetchFinished(0, 6));
  }

  @Test
  void a_few_load_at_a_time() {
    bench.source.latency(Duration.ofSeconds(1));
    var names = IntStream.range(0, 100).mapToObj(i -> new SecretName("s" + i)).toList();
    var done = prefetch.prefetch(names).toCompletableFuture();
    assertThat(bench.calls()).isEqualTo(4);
    bench.time.advance(Duration.ofSeconds(1));
    assertThat(bench.calls()).isEqualTo(8);
    assertThat(done).isNotDone();
  }

  @Test
  void nothing_to_load_is_done_at_once_and_not_worth_a_word() {
    assertThat(prefetch.prefetch(List.of()).toCompletableFuture()).isCompleted();
    assertThat(finished()).isEmpty();
  }
}
