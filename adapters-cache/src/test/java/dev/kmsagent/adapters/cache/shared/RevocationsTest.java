package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What KMS refused while others could not be told. */
class RevocationsTest extends OnFakeStore {
  /** As many as an agent with a thousand copies remembers. */
  private static final int MARKS = 3000;

  /** The kind and the dates of an envelope. */
  private static final int HEADER = 34;

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final SimulatedCache agent = agent();

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
    assertThat(store.calls()).containsExactly("revoke", "revoke", "revoke");
    store.succeed();
    advance(PAUSE);
    store.forget();
    advance(Duration.ofHours(1));
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void a_refusal_is_forgotten_once_no_copy_can_be_left() {
    refusedWhileFull();
    agent.time.advance(Duration.ofDays(1).plusMinutes(5));
    store.succeed();
    store.forget();
    advance(Duration.ofMinutes(1));
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void what_is_due_is_written_before_the_end() {
    refusedWhileFull();
    store.succeed();
    var drained = agent.cache.drain().toCompletableFuture();
    settle();
    assertThat(drained).isCompleted();
    assertThat(agent().judged(QUERY)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_that_too_many_wait_after_is_dropped_and_told_of() {
    store.fail(Cause.FULL);
    for (var i = 0; i < MARKS + 3; i++) {
      var query = Secrets.current("app/" + i);
      agent.share(query, agent.read(query, "v1"));
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
    var breaking = start(plan().breaker());
    shares(breaking, QUERY, "v1");
    store.fail(Cause.UNREACHABLE);
    breaking.cache.evictAll(QUERY.name());
    for (var i = 0; i < 2 * HighWaterMarks.GUESSES; i++) {
      breaking.cache.evictAll(new SecretName("guess/" + i));
      breaking.cache.evict(Secrets.current("guess/" + i));
    }
    settle();
    assertThat(breaking.events.of(RevocationDropped.class)).isEmpty();
    store.succeed();
    advance(Duration.ofSeconds(1));
    advance(PAUSE);
    assertThat(breaking.foundShared(QUERY)).isEmpty();
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
    assertThat(Collections.frequency(store.calls(), "revoke")).isEqualTo(200);
    assertThat(store.isEmpty()).isTrue();
  }
}
