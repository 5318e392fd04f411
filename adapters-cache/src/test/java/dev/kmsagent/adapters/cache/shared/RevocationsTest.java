package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.shared.Revocation.Subject;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.event.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What KMS refused while others could not be told. */
class RevocationsTest extends OnFakeStore {
  /** As many as an agent with a thousand copies remembers. */
  private static final int MARKS = 3000;

  /** The kind and the dates of an envelope. */
  private static final int HEADER = 34;

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Agent agent = agent();

  /** It has a copy of what it is told to be refused, while the store takes nothing. */
  private void refusedWhileFull() {
    shares(agent, QUERY, "v1");
    store.fail(Cause.FULL);
    store.forget();
    refused(agent, QUERY);
  }

  @Test
  void a_refusal_that_fails_at_once_is_told_again_after_a_pause() {
    refusedWhileFull();
    advance(PAUSE);
    advance(PAUSE);
    assertThat(store.calls()).hasSize(3);
    store.succeed();
    advance(PAUSE);
    store.forget();
    advance(Duration.ofHours(1));
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void a_refusal_is_forgotten_once_no_copy_can_be_left() {
    refusedWhileFull();
    time.advance(Duration.ofDays(1).plusMinutes(5));
    store.succeed();
    store.forget();
    advance(Duration.ofMinutes(1));
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void what_is_due_is_written_before_the_end() {
    refusedWhileFull();
    store.succeed();
    var drained = agent.drain();
    settle();
    assertThat(drained).isCompleted();
    assertThat(agent().judged(QUERY)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_that_too_many_wait_after_is_dropped_and_told_of() {
    store.fail(Cause.FULL);
    for (var i = 0; i < MARKS + 3; i++) {
      var query = Secrets.current("app/" + i);
      agent.share(query, read(query, "v1"));
      agent.cache.evict(query);
      settle();
    }
    assertThat(agent.events.of(RevocationDropped.class))
        .extracting(dropped -> dropped.plainName().value())
        .containsExactly("app/0", "app/1", "app/2");
  }

  @Test
  void a_tombstone_that_the_store_lost_is_written_again_by_an_agent_that_finds_the_entry() {
    var told = agent();
    shares(agent, QUERY, "v1");
    var entry = store.stored(ENTRY_KEY);
    assertThat(told.foundShared(QUERY)).isPresent();
    refused(agent, QUERY);
    var tombstone = store.stored(ENTRY_KEY).substring(0, HEADER);
    assertThat(told.foundShared(QUERY)).isEmpty();
    for (var knowing : List.of(agent, told)) {
      store.clear();
      advance(Duration.ofHours(1));
      store.overwrite(ENTRY_KEY, entry);
      assertThat(knowing.foundShared(QUERY)).isEmpty();
      assertThat(store.stored(ENTRY_KEY)).startsWith(tombstone);
      assertThat(agent().judged(QUERY)).isEqualTo(SharedRead.REVOKED);
    }
  }

  @Test
  void names_that_nobody_has_do_not_push_a_refusal_out() {
    shares(agent, QUERY, "v1");
    store.fail(Cause.UNREACHABLE);
    agent.cache.evictAll(QUERY.name());
    for (var i = 0; i < 2 * SharedSecretCache.Local.GUESSES; i++) {
      agent.cache.evictAll(new SecretName("guess/" + i));
      agent.cache.evict(Secrets.current("guess/" + i));
    }
    settle();
    assertThat(agent.events.of(RevocationDropped.class)).isEmpty();
    store.succeed();
    advance(Duration.ofSeconds(1));
    advance(PAUSE);
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(agent().foundShared(QUERY)).isEmpty();
  }

  @Test
  void versions_of_a_refused_secret_do_not_push_a_refusal_of_another_out() {
    var peer = agent();
    var early = shares(agent, QUERY, "v1");
    assertThat(peer.foundShared(QUERY)).isPresent();
    shares(peer, ANOTHER, "v1");
    refused(peer, QUERY);
    refusedWhole(peer, ANOTHER);
    assertThat(agent.foundShared(QUERY)).isEmpty();
    for (var i = 0; i < 2_100; i++) {
      agent.foundShared(Secrets.byId("app/mq", "v" + i));
    }
    store.clear();
    agent().share(QUERY, early);
    assertThat(agent.foundShared(QUERY)).isEmpty();
  }

  @Test
  void names_that_nobody_has_add_nothing_to_redis() {
    for (var i = 0; i < 100; i++) {
      agent.cache.evictAll(new SecretName("guess/" + i));
      agent.cache.evict(Secrets.current("guess/" + i));
    }
    settle();
    assertThat(store.calls(SharedCacheOperation.WRITE)).isEqualTo(200);
    assertThat(store.isEmpty()).isTrue();
  }

  /** The dates are those of calls to KMS, by the store's clock and by the agent's. */
  @Nested
  class A_high_water_mark {
    private final HighWaterMarks marks =
        new HighWaterMarks(1000, 1000, new StoreClock(() -> second(0)), _ -> {});

    private static Instant second(int number) {
      return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number);
    }

    @Test
    void a_call_that_began_before_the_last_mark_and_ended_after_it_does_not_lower_it() {
      assertThat(marks.received(ENTRY_KEY, second(2), second(3))).contains(second(3));
      marks.read(ENTRY_KEY, second(1), second(1));
      assertThat(marks.latest(Stream.of(ENTRY_KEY))).contains(second(2));
      assertThat(marks.received(ENTRY_KEY, second(1), second(4))).isEmpty();
      assertThat(marks.received(ENTRY_KEY, second(2), second(9))).contains(second(3));
    }

    @Test
    void
        a_call_that_began_after_the_last_mark_counts_although_the_clock_of_the_store_was_set_back() {
      marks.read(ENTRY_KEY, second(100), second(1));
      marks.read(ENTRY_KEY, second(2), second(2));
      assertThat(marks.latest(Stream.of(ENTRY_KEY))).contains(second(2));
    }

    @Test
    void what_is_served_again_and_again_is_forgotten_last() {
      marks.received(ENTRY_KEY, second(5), second(5));
      receiveOthers(0, SharedSecretCache.Local.LEAST_MARKS - 1);
      marks.received(ENTRY_KEY, second(5), second(6));
      receiveOthers(SharedSecretCache.Local.LEAST_MARKS, SharedSecretCache.Local.LEAST_MARKS - 1);
      assertThat(marks.received(ENTRY_KEY, second(4), second(9))).isEmpty();
    }

    private void receiveOthers(int first, int count) {
      IntStream.range(first, first + count)
          .mapToObj(i -> CODEC.key(Secrets.current("app/" + i)))
          .forEach(key -> marks.received(key, second(1), second(1)));
    }

    private Revocation stored(int second) {
      var identity = new TestIdentity();
      identity.become(SealingFixtures.PRINCIPAL);
      var keys = partitions(identity, time, SealingFixtures.KEY).present().orElseThrow();
      return Revocation.stored(Subject.of(keys, QUERY), second(second), second(second));
    }

    @Test
    void a_revocation_raises_the_mark_and_an_earlier_one_does_not_lower_it() {
      marks.received(ENTRY_KEY, second(2), second(2));
      marks.revoke(stored(5));
      marks.revoke(stored(3));
      assertThat(marks.latest(Stream.of(ENTRY_KEY))).contains(second(5));
      assertThat(marks.revokedAt(ENTRY_KEY)).contains(second(5));
      assertThat(marks.received(ENTRY_KEY, second(5), second(9))).isEmpty();
      assertThat(marks.received(ENTRY_KEY, second(6), second(9))).contains(second(9));
    }
  }
}
