package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What KMS refused while others could not be told. */
class RevocationsTest {
  private static final String NAME = "app/db";

  /** As many as an agent with a thousand copies remembers. */
  private static final int MARKS = 3000;

  @Test
  void a_refusal_that_fails_at_once_is_told_again_after_a_pause() {
    var store = new FakeEntryStore();
    var agent = new SimulatedCache(store);
    var query = Secrets.current(NAME);
    agent.share(query, agent.read("v1"));
    store.fail(Cause.FULL);
    store.forget();
    agent.cache.evict(query);
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
    var store = new FakeEntryStore();
    var agent = new SimulatedCache(store);
    var query = Secrets.current(NAME);
    agent.share(query, agent.read("v1"));
    store.fail(Cause.FULL);
    agent.cache.evict(query);
    agent.tasks.doAll();
    store.succeed();
    var drained = agent.cache.drain().toCompletableFuture();
    agent.tasks.doAll();
    assertThat(drained).isCompleted();
    assertThat(new SimulatedCache(store).judged(query)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_that_too_many_wait_after_is_dropped_and_told_of() {
    var store = new FakeEntryStore();
    var agent = new SimulatedCache(store);
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
    var store = new FakeEntryStore();
    var refused = new SimulatedCache(store);
    var told = new SimulatedCache(store);
    var query = Secrets.current(NAME);
    var key = SimulatedCache.key(query);
    refused.share(query, refused.read("v1"));
    var entry = store.stored(key);
    assertThat(told.foundShared(query)).isPresent();
    refused.time.advance(Duration.ofSeconds(1));
    refused.cache.evict(query);
    refused.tasks.doAll();
    assertThat(told.foundShared(query)).isEmpty();
    for (var agent : List.of(refused, told)) {
      store.clear();
      store.overwrite(key, entry);
      assertThat(agent.foundShared(query)).isEmpty();
      assertThat(new SimulatedCache(store).judged(query)).isEqualTo(SharedRead.REVOKED);
    }
  }

  @Test
  void a_tombstone_of_a_secret_drops_the_copies_of_all_its_versions() {
    var store = new FakeEntryStore();
    var refused = new SimulatedCache(store);
    var told = new SimulatedCache(store);
    var former = Secrets.byStage(NAME, "ACSPrevious");
    told.share(Secrets.current(NAME), told.read("v2"));
    told.share(former, told.read("v1"));
    refused.time.advance(Duration.ofSeconds(1));
    refused.cache.evictAll(new SecretName(NAME));
    refused.tasks.doAll();
    assertThat(told.foundShared(Secrets.byId(NAME, "v0"))).isEmpty();
    assertThat(told.cache.cachedQueries(new SecretName(NAME))).isEmpty();
  }

  @Test
  void a_tombstone_under_the_old_key_applies_to_entries_under_the_new_key() {
    var store = new FakeEntryStore();
    var former = SimulatedCache.on(store).sealingKeys(CachingAgent.KEY).start();
    var reader =
        SimulatedCache.on(store).sealingKeys(CachingAgent.key(2), CachingAgent.KEY).start();
    var asking =
        SimulatedCache.on(store).sealingKeys(CachingAgent.key(2), CachingAgent.KEY).start();
    var query = Secrets.current(NAME);
    former.share(query, former.read("v1"));
    reader.share(query, reader.read("v1"));
    former.time.advance(Duration.ofSeconds(1));
    former.cache.evictAll(query.name());
    former.tasks.doAll();
    assertThat(asking.foundShared(query)).isEmpty();
    var lead = asking.requestLead(query, Duration.ofSeconds(5));
    asking.tasks.doAll();
    assertThat(lead.resultNow()).isInstanceOf(LeadDecision.Lead.class);
    var next = SimulatedCache.on(store).sealingKeys(CachingAgent.key(2)).start();
    assertThat(next.judged(query)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_tombstone_that_is_written_again_is_dated_as_before() {
    var store = new FakeEntryStore();
    var agent = new SimulatedCache(store);
    var query = Secrets.current(NAME);
    agent.share(query, agent.read("v1"));
    var entry = store.stored(SimulatedCache.key(query));
    agent.cache.evictAll(query.name());
    agent.tasks.doAll();
    var first = tombstoneDates(store, query);
    store.clear();
    agent.time.advance(Duration.ofHours(1));
    store.overwrite(SimulatedCache.key(query), entry);
    assertThat(agent.foundShared(query)).isEmpty();
    assertThat(tombstoneDates(store, query)).isEqualTo(first);
  }

  private static String tombstoneDates(FakeEntryStore store, SecretQuery query) {
    var stored = CachingAgent.done(store.read(SimulatedCache.key(query))).answered().orElseThrow();
    return new String(stored.gone().orElseThrow().bytes(), 0, 34, StandardCharsets.ISO_8859_1);
  }

  @Test
  void a_refusal_is_forgotten_once_no_copy_can_be_left() {
    var store = new FakeEntryStore();
    var agent = new SimulatedCache(store);
    var query = Secrets.current(NAME);
    agent.share(query, agent.read("v1"));
    store.fail(Cause.FULL);
    agent.cache.evict(query);
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
    var store = new FakeEntryStore();
    var agent = SimulatedCache.on(store).breaker().start();
    var query = Secrets.current(NAME);
    agent.share(query, agent.read("v1"));
    store.fail(Cause.UNREACHABLE);
    agent.cache.evictAll(query.name());
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
    assertThat(agent.foundShared(query)).isEmpty();
    assertThat(new SimulatedCache(store).foundShared(query)).isEmpty();
  }

  @Test
  void versions_of_a_refused_secret_do_not_push_a_refusal_of_another_out() {
    var store = new FakeEntryStore();
    var agent = new SimulatedCache(store);
    var peer = new SimulatedCache(store);
    var query = Secrets.current(NAME);
    var another = Secrets.current("app/other");
    agent.share(query, agent.read("v1"));
    peer.foundShared(query);
    peer.share(another, peer.read("v1"));
    agent.time.advance(Duration.ofSeconds(1));
    peer.cache.evict(query);
    peer.cache.evictAll(another.name());
    peer.tasks.doAll();
    assertThat(agent.foundShared(query)).isEmpty();
    for (var i = 0; i < 2_100; i++) {
      agent.foundShared(Secrets.byId("app/other", "v" + i));
    }
    store.clear();
    new SimulatedCache(store).share(query, new SimulatedCache(store).read("v1"));
    assertThat(agent.foundShared(query)).isEmpty();
  }

  @Test
  void names_that_nobody_has_add_nothing_to_redis() {
    try (var redis = RedisProcess.start();
        var agent = CachingAgent.on(CachingAgent.standalone(redis.port())).start()) {
      for (var i = 0; i < 100; i++) {
        agent.cache.evictAll(new SecretName("guess/" + i));
        agent.cache.evict(Secrets.current("guess/" + i));
      }
      Patience.assertSoon(() -> writes(agent) >= 200);
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
    }
  }

  /** How many tombstones the store was asked to keep, and answered. */
  private static long writes(CachingAgent agent) {
    return agent.events.of(SharedCacheCalled.class).stream()
        .filter(call -> call.operation() == SharedCacheOperation.WRITE)
        .filter(call -> call.outcome().equals(new SharedCacheOutcome.Done()))
        .count();
  }

  /** The circuit breaker ends exchanges at once, each within the one before if nobody cares. */
  @Test
  void thousands_of_refusals_of_one_secret_in_an_outage_hinder_no_later_write() {
    var store = new FakeEntryStore();
    var agent = SimulatedCache.on(store).breaker().start();
    var query = Secrets.current(NAME);
    store.fail(Cause.UNREACHABLE);
    for (var i = 0; i < 5_000; i++) {
      agent.cache.evict(query);
    }
    agent.tasks.doAll();
    store.succeed();
    agent.time.advance(Duration.ofSeconds(1));
    agent.tasks.doAll();
    agent.time.advance(Duration.ofSeconds(1));
    agent.share(query, agent.read("v1"));
    assertThat(store.calls()).contains("write");
  }
}
