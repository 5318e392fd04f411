package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.ChangeFeed.Follower;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How copies whose original was changed are checked again. */
class InvalidationHandlerTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final FakeEntryStore store = new FakeEntryStore();
  private final SimulatedCache agent = new SimulatedCache(store);
  private SlowStore slow = new SlowStore(store);

  @BeforeEach
  void changes_are_told() {
    agent.feed.tell(Follower::connected);
  }

  private int reads() {
    return Collections.frequency(store.calls(), "read");
  }

  private List<SecretQuery> shareMany() {
    var queries = IntStream.range(0, 500).mapToObj(i -> Secrets.current("app/" + i)).toList();
    queries.forEach(query -> agent.share(query, agent.read("v1")));
    return queries;
  }

  @Test
  void a_change_under_the_old_key_that_the_store_does_not_answer_for_is_no_hit_any_more() {
    var both = SimulatedCache.on(store).sealingKeys(CachingAgent.key(2), CachingAgent.KEY).start();
    var peer = new SimulatedCache(store);
    both.feed.tell(Follower::connected);
    both.share(QUERY, both.read("v1"));
    peer.share(QUERY, peer.read("v1"));
    peer.time.advance(Duration.ofSeconds(1));
    peer.cache.evictAll(QUERY.name());
    peer.tasks.doAll();
    store.failAt(SimulatedCache.key(QUERY), Cause.TIMEOUT);
    both.hearOf(QUERY);
    both.tasks.doAll();
    assertThat(both.cache.find(QUERY)).isEmpty();
    store.succeed();
    assertThat(both.foundShared(QUERY)).isEmpty();
  }

  @Test
  void a_burst_of_changes_is_worked_off_some_at_a_time() {
    var queries = shareMany();
    queries.forEach(agent::hearOf);
    assertThat(agent.tasks.waiting()).isEqualTo(16);
    while (agent.tasks.doNext()) {
      assertThat(agent.tasks.waiting()).isLessThanOrEqualTo(16);
    }
    assertThat(reads()).isEqualTo(queries.size());
  }

  @Test
  void a_check_that_takes_long_delays_no_other() {
    var hindered = hindered();
    var queries = IntStream.range(0, 100).mapToObj(i -> Secrets.current("app/" + i)).toList();
    queries.forEach(query -> hindered.share(query, hindered.read("v1")));
    slow.hang();
    hindered.hearOf(queries.getFirst());
    hindered.tasks.doAll();
    slow.goOn();
    store.clear();
    store.forget();
    queries.subList(1, 100).forEach(hindered::hearOf);
    hindered.tasks.doAll();
    assertThat(reads()).isEqualTo(99);
  }

  @Test
  void a_check_that_ends_in_a_bug_is_no_hit_any_more_and_delays_no_other() {
    var other = Secrets.current("app/mq");
    var hindered = hindered();
    for (var query : List.of(QUERY, other)) {
      hindered.share(query, hindered.read("v1"));
    }
    slow.fail(
        () -> {
          throw new AssertionError("a bug");
        });
    assertThat(uncaught(() -> hear(hindered, QUERY)))
        .singleElement()
        .isInstanceOf(AssertionError.class);
    assertThat(hindered.cache.find(QUERY)).isEmpty();
    slow.goOn();
    hear(hindered, other);
    assertThat(hindered.cache.find(other)).isPresent();
  }

  private SimulatedCache hindered() {
    var agent = SimulatedCache.on(store).decoration(inner -> slow = new SlowStore(inner)).start();
    agent.feed.tell(Follower::connected);
    return agent;
  }

  private static void hear(SimulatedCache agent, SecretQuery query) {
    agent.hearOf(query);
    agent.tasks.doAll();
  }

  private static List<Throwable> uncaught(Runnable work) {
    var thrown = new CopyOnWriteArrayList<Throwable>();
    var thread = Thread.ofPlatform().uncaughtExceptionHandler((_, bug) -> thrown.add(bug));
    assertThat(CompletableFuture.runAsync(work, task -> thread.start(task)))
        .succeedsWithin(Duration.ofSeconds(20));
    return thrown;
  }

  /** Reads hang or throw while they are to. */
  private static final class SlowStore extends EntryStoreDecorator {
    private Supplier<Optional<CompletionStage<StoreResult<StoredEntries>>>> trouble =
        Optional::empty;

    SlowStore(EntryStore inner) {
      super(inner);
    }

    void hang() {
      trouble = () -> Optional.of(new CompletableFuture<>());
    }

    void fail(Runnable bug) {
      trouble =
          () -> {
            bug.run();
            return Optional.empty();
          };
    }

    void goOn() {
      trouble = Optional::empty;
    }

    @Override
    public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
      return trouble.get().orElseGet(() -> super.read(key));
    }

    @Override
    protected <T> CompletionStage<StoreResult<T>> perform(
        SharedCacheOperation operation,
        EntryKey key,
        Supplier<CompletionStage<StoreResult<T>>> exchange) {
      return exchange.get();
    }
  }

  @Test
  void hits_stay_hits_meanwhile() {
    var queries = shareMany();
    queries.forEach(agent::hearOf);
    assertThat(queries).allSatisfy(query -> assertThat(agent.cache.find(query)).isPresent());
  }

  @Test
  void what_changes_often_before_it_is_looked_at_is_looked_at_once() {
    agent.share(QUERY, agent.read("v1"));
    for (var i = 0; i < 100; i++) {
      agent.hearOf(QUERY);
    }
    agent.tasks.doAll();
    assertThat(reads()).isEqualTo(1);
  }

  @Test
  void what_this_agent_has_no_copy_of_is_not_looked_at() {
    agent.hearOf(QUERY);
    agent.tasks.doAll();
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void what_could_not_be_looked_at_is_no_hit_any_more() {
    agent.share(QUERY, agent.read("v1"));
    store.fail(Cause.TIMEOUT);
    agent.hearOf(QUERY);
    agent.tasks.doAll();
    assertThat(agent.cache.find(QUERY)).isEmpty();
    store.succeed();
    assertThat(agent.foundShared(QUERY)).isPresent();
  }

  @Test
  void what_another_agent_was_refused_is_dropped() {
    var peer = new SimulatedCache(store);
    agent.share(QUERY, agent.read("v1"));
    peer.cache.evict(QUERY);
    peer.tasks.doAll();
    agent.hearOf(QUERY);
    agent.tasks.doAll();
    assertThat(agent.cache.find(QUERY)).isEmpty();
    assertThat(agent.cache.occupancy().entries()).isZero();
  }

  @Test
  void what_is_only_gone_from_the_store_is_kept() {
    agent.share(QUERY, agent.read("v1"));
    store.clear();
    agent.hearOf(QUERY);
    agent.tasks.doAll();
    assertThat(agent.cache.find(QUERY)).isPresent();
  }
}
