package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What KMS refused while others could not be told. */
class RevocationsTest extends OnFakeStore {
  private static final String NAME = "app/db";

  /** As many as an agent with a thousand copies remembers. */
  private static final int MARKS = 3000;

  /** The kind and the dates of an envelope. */
  private static final int HEADER = 34;

  private final SimulatedCache agent = agent();

  @Test
  void a_refusal_that_fails_at_once_is_told_again_after_a_pause() {
    agent.share(QUERY, agent.read("v1"));
    store.fail(Cause.FULL);
    store.forget();
    agent.cache.evict(QUERY);
    agent.tasks.doAll();
    assertThat(store.calls()).containsExactly("revoke");
    for (var attempts = 2; attempts < 4; attempts++) {
      agent.time.advance(Duration.ofSeconds(5));
      agent.tasks.doAll();
      assertThat(store.calls()).hasSize(attempts);
    }
    store.succeed();
    agent.time.advance(Duration.ofSeconds(5));
    agent.tasks.doAll();
    store.forget();
    agent.time.advance(Duration.ofHours(1));
    agent.tasks.doAll();
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void what_is_due_is_written_before_the_end() {
    agent.share(QUERY, agent.read("v1"));
    store.fail(Cause.FULL);
    agent.cache.evict(QUERY);
    agent.tasks.doAll();
    store.succeed();
    var drained = agent.cache.drain().toCompletableFuture();
    agent.tasks.doAll();
    assertThat(drained).isCompleted();
    assertThat(agent().judged(QUERY)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_that_too_many_wait_after_is_dropped_and_told_of() {
    store.fail(Cause.FULL);
    for (var i = 0; i < MARKS + 3; i++) {
      var query = Secrets.current("app/" + i);
      agent.share(query, agent.read("v1"));
      agent.cache.evict(query);
      agent.tasks.doAll();
    }
    assertThat(agent.events.of(RevocationDropped.class))
        .extracting(dropped -> dropped.plainName().value())
        .containsExactly("app/0", "app/1", "app/2");
  }

  @Test
  void a_tombstone_that_the_store_lost_is_written_again_by_an_agent_that_finds_the_entry() {
    var refused = agent();
    var told = agent();
    refused.share(QUERY, refused.read("v1"));
    var entry = store.stored(ENTRY_KEY);
    assertThat(told.foundShared(QUERY)).isPresent();
    refused(refused, QUERY);
    assertThat(told.foundShared(QUERY)).isEmpty();
    for (var agent : List.of(refused, told)) {
      store.clear();
      store.overwrite(ENTRY_KEY, entry);
      assertThat(agent.foundShared(QUERY)).isEmpty();
      assertThat(agent().judged(QUERY)).isEqualTo(SharedRead.REVOKED);
    }
  }

  @Test
  void a_tombstone_of_a_secret_drops_the_copies_of_all_its_versions() {
    var refused = agent();
    var told = agent();
    var former = Secrets.byStage(NAME, "ACSPrevious");
    told.share(QUERY, told.read("v2"));
    told.share(former, told.read("v1"));
    refusedWhole(refused, QUERY);
    assertThat(told.foundShared(Secrets.byId(NAME, "v0"))).isEmpty();
    assertThat(told.cache.cachedQueries(new SecretName(NAME))).isEmpty();
  }

  @Test
  void a_tombstone_under_the_old_key_applies_to_entries_under_the_new_key() {
    var reader = knowing(SimulatedCache.key(2), SimulatedCache.KEY);
    var asking = knowing(SimulatedCache.key(2), SimulatedCache.KEY);
    agent.share(QUERY, agent.read("v1"));
    reader.share(QUERY, reader.read("v1"));
    refusedWhole(agent, QUERY);
    assertThat(asking.foundShared(QUERY)).isEmpty();
    assertThat(asking.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(knowing(SimulatedCache.key(2)).judged(QUERY)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_tombstone_that_is_written_again_is_dated_as_before() {
    agent.share(QUERY, agent.read("v1"));
    var entry = store.stored(ENTRY_KEY);
    agent.cache.evictAll(QUERY.name());
    agent.tasks.doAll();
    var first = tombstoneDates();
    store.clear();
    agent.time.advance(Duration.ofHours(1));
    store.overwrite(ENTRY_KEY, entry);
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(tombstoneDates()).isEqualTo(first);
  }

  private String tombstoneDates() {
    return store.stored(ENTRY_KEY.gone()).substring(0, HEADER);
  }

  @Test
  void a_refusal_is_forgotten_once_no_copy_can_be_left() {
    agent.share(QUERY, agent.read("v1"));
    store.fail(Cause.FULL);
    agent.cache.evict(QUERY);
    agent.tasks.doAll();
    agent.time.advance(Duration.ofDays(1).plusMinutes(5));
    store.succeed();
    store.forget();
    agent.tasks.doAll();
    agent.time.advance(Duration.ofMinutes(1));
    agent.tasks.doAll();
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void names_that_nobody_has_do_not_push_a_refusal_out() {
    var agent = plan().breaker().start();
    agent.share(QUERY, agent.read("v1"));
    store.fail(Cause.UNREACHABLE);
    agent.cache.evictAll(QUERY.name());
    for (var i = 0; i < 2 * HighWaterMarks.GUESSES; i++) {
      agent.cache.evictAll(new SecretName("guess/" + i));
      agent.cache.evict(Secrets.current("guess/" + i));
    }
    agent.tasks.doAll();
    assertThat(agent.events.of(RevocationDropped.class)).isEmpty();
    store.succeed();
    agent.time.advance(Duration.ofSeconds(1));
    agent.tasks.doAll();
    agent.time.advance(Duration.ofSeconds(5));
    store.forget();
    agent.tasks.doAll();
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(agent().foundShared(QUERY)).isEmpty();
  }

  @Test
  void versions_of_a_refused_secret_do_not_push_a_refusal_of_another_out() {
    var peer = agent();
    var another = Secrets.current("app/other");
    agent.share(QUERY, agent.read("v1"));
    peer.foundShared(QUERY);
    peer.share(another, peer.read("v1"));
    agent.time.advance(Duration.ofSeconds(1));
    peer.cache.evict(QUERY);
    peer.cache.evictAll(another.name());
    peer.tasks.doAll();
    assertThat(agent.foundShared(QUERY)).isEmpty();
    for (var i = 0; i < 2_100; i++) {
      agent.foundShared(Secrets.byId("app/other", "v" + i));
    }
    store.clear();
    agent().share(QUERY, agent().read("v1"));
    assertThat(agent.foundShared(QUERY)).isEmpty();
  }

  @Test
  void names_that_nobody_has_add_nothing_to_redis() {
    for (var i = 0; i < 100; i++) {
      agent.cache.evictAll(new SecretName("guess/" + i));
      agent.cache.evict(Secrets.current("guess/" + i));
    }
    agent.tasks.doAll();
    assertThat(Collections.frequency(store.calls(), "revoke")).isEqualTo(200);
    assertThat(store.isEmpty()).isTrue();
  }

  /** The circuit breaker ends exchanges at once, each within the one before if nobody cares. */
  @Test
  void thousands_of_refusals_of_one_secret_in_an_outage_hinder_no_later_write() {
    var agent = plan().breaker().start();
    store.fail(Cause.UNREACHABLE);
    for (var i = 0; i < 5_000; i++) {
      agent.cache.evict(QUERY);
    }
    agent.tasks.doAll();
    store.succeed();
    agent.time.advance(Duration.ofSeconds(1));
    agent.tasks.doAll();
    agent.time.advance(Duration.ofSeconds(1));
    agent.share(QUERY, agent.read("v1"));
    assertThat(store.calls()).contains("write");
  }
}
