package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.event.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.event.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PrefetchTest {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Bench bench = new Bench();
  private final Prefetch prefetch =
      new Prefetch(bench.retrieval, bench.events, bench.time.timing(), Bench.REQUEST_TIMEOUT);

  private static List<SecretName> names(String... names) {
    return Stream.of(names).map(SecretName::new).toList();
  }

  private List<PrefetchFinished> finished() {
    return bench.events.of(PrefetchFinished.class);
  }

  @Test
  void one_that_is_refused_is_said_and_the_others_are_cached() {
    bench.source.hold("b", "v1", "two");
    prefetch.prefetch(names("a", "b"));
    assertThat(bench.events.of(PrefetchFailed.class))
        .containsExactly(new PrefetchFailed(new SecretName("a"), Secrets.gone()));
    assertThat(bench.cache.find(Secrets.current("b"))).isPresent();
    assertThat(finished())
        .containsExactly(new PrefetchFinished(1, 1, Map.of(new SecretName("a"), Secrets.gone())));
  }

  @Test
  void one_that_is_refused_is_loaded_half_a_minute_after_it_is_granted_at_the_latest() {
    prefetch.prefetch(names("a"));
    bench.time.advance(Duration.ofHours(1));
    bench.source.hold("a", "v1", "one");
    bench.time.advance(LONGEST_PAUSE);
    assertThat(finished()).last().isEqualTo(new PrefetchFinished(1, 0, Map.of()));
    assertThat(bench.cache.find(Secrets.current("a"))).isPresent();
  }

  @Test
  void one_that_is_refused_for_long_costs_no_more_than_four_calls_a_minute() {
    prefetch.prefetch(names("a"));
    bench.time.advance(Duration.ofMinutes(1));
    var before = bench.calls();
    bench.time.advance(Duration.ofHours(1));
    assertThat(bench.calls() - before).isBetween(120, 240);
  }

  @Test
  void an_outage_is_no_refusal_and_does_not_end_one() {
    var down = new Unavailable(Unavailable.Cause.UNREACHABLE, "", "No.");
    bench.source.failWith(down);
    prefetch.prefetch(names("a"));
    assertThat(finished()).containsExactly(new PrefetchFinished(0, 1, Map.of()));
    bench.source.heal();
    bench.time.advance(LONGEST_PAUSE);
    var refused = new PrefetchFinished(0, 1, Map.of(new SecretName("a"), Secrets.gone()));
    assertThat(finished()).last().isEqualTo(refused);
    bench.source.failWith(down);
    bench.time.advance(Duration.ofMinutes(5));
    assertThat(finished()).last().isEqualTo(refused);
  }

  @Test
  void a_start_in_an_outage_goes_on_five_seconds_after_its_end_at_the_latest() {
    bench.source.failWith(new Unavailable(Unavailable.Cause.UNREACHABLE, "", "No."));
    bench.source.hold("a", "v1", "one");
    prefetch.prefetch(names("a"));
    bench.time.advance(Duration.ofMinutes(5));
    bench.source.heal();
    bench.time.advance(Duration.ofSeconds(5));
    assertThat(finished()).last().isEqualTo(new PrefetchFinished(1, 0, Map.of()));
  }

  @Test
  void none_is_tried_again_once_all_are_loaded_or_the_agent_ends() {
    bench.source.hold("a", "v1", "one");
    prefetch.prefetch(names("a"));
    var other = new Prefetch(bench.retrieval, bench.events, bench.time.timing(), LONGEST_PAUSE);
    other.prefetch(names("b"));
    other.close();
    var calls = bench.calls();
    bench.time.advance(Duration.ofHours(1));
    assertThat(bench.calls()).isEqualTo(calls);
  }

  @Test
  void nobody_waits_longer_than_the_limit_and_what_comes_later_is_said_later() {
    bench.source.latency(Duration.ofSeconds(4));
    var names = IntStream.range(0, 12).mapToObj(i -> "s" + i).toArray(String[]::new);
    Stream.of(names).forEach(name -> bench.source.hold(name, "v1", "one"));
    prefetch.prefetch(names(names));
    bench.time.advance(Bench.REQUEST_TIMEOUT.minusMillis(1));
    assertThat(finished()).isEmpty();
    bench.time.advance(Duration.ofMillis(1));
    assertThat(finished()).containsExactly(new PrefetchFinished(8, 4, Map.of()));
    bench.time.advance(Duration.ofSeconds(2));
    assertThat(finished()).last().isEqualTo(new PrefetchFinished(4, 0, Map.of()));
  }

  @Test
  void thousands_that_are_answered_at_once_are_loaded_too() {
    var names = IntStream.range(0, 5000).mapToObj(i -> new SecretName("s" + i)).toList();
    names.forEach(name -> bench.source.hold(name.value(), "v1", "one"));
    prefetch.prefetch(names);
    assertThat(finished()).containsExactly(new PrefetchFinished(5000, 0, Map.of()));
  }

  @Test
  void one_whose_retrieval_fails_on_a_bug_is_tried_again() {
    bench.source.hold("a", "v1", "one");
    bench.listener =
        event -> {
          if (event instanceof SecretRead) {
            bench.listener = _ -> {};
            throw new IllegalStateException("a bug");
          }
        };
    prefetch.prefetch(names("a"));
    assertThat(finished()).containsExactly(new PrefetchFinished(0, 1, Map.of()));
    bench.time.advance(LONGEST_PAUSE);
    assertThat(finished()).last().isEqualTo(new PrefetchFinished(1, 0, Map.of()));
  }

  @Test
  void nothing_to_load_is_not_worth_a_word() {
    prefetch.prefetch(List.of());
    assertThat(finished()).isEmpty();
  }
}
