package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How the store is looked through for what is not at hand, and gets what was read. */
class StoreReaderTest extends OnFakeStore {
  private final SimulatedCache agent = agent();
  private final SimulatedCache peer = agent();

  /** One that this agent has and has to look at again, since its short life is over. */
  private CacheEntry copy() {
    var entry = shares(agent, QUERY, "v1");
    advance(SimulatedCache.LOCAL_TTL);
    return entry;
  }

  @Test
  void a_hundred_who_want_the_same_look_once() {
    var lookups = IntStream.range(0, 100).mapToObj(_ -> agent.findShared(QUERY)).toList();
    settle();
    assertThat(lookups)
        .allSatisfy(lookup -> assertThat(lookup).isCompletedWithValue(Optional.empty()));
    assertThat(Collections.frequency(store.calls(), "read")).isEqualTo(1);
    assertThat(agent.time.waiting()).isZero();
  }

  @Test
  void another_principal_joins_no_look_up_of_the_one_before() {
    shares(peer, QUERY, "v1");
    var ofOne = agent.findShared(QUERY);
    agent.identity.become("acs:ram::1234567890:role/others");
    var ofAnother = agent.findShared(QUERY);
    settle();
    assertThat(ofOne.resultNow()).isPresent();
    assertThat(ofAnother).isCompletedWithValue(Optional.empty());
  }

  @Test
  void a_check_that_is_not_answered_confirms_a_copy_although_a_refusal_was_before() {
    refused(agent, QUERY);
    var entry = copy();
    store.fail(Cause.UNREACHABLE);
    assertThat(agent.foundShared(QUERY)).contains(entry);
    assertThat(agent.told()).doesNotContain(SharedRead.REVOKED);
  }

  @Test
  void a_store_that_does_not_answer_costs_half_of_the_time_and_the_copy_is_served() {
    var entry = copy();
    var lookup = agent.findShared(QUERY);
    agent.time.advance(SimulatedCache.PATIENCE.minusNanos(1));
    assertThat(lookup).isNotDone();
    agent.time.advance(Duration.ofNanos(1));
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
  }

  @Test
  void a_lapsed_entry_of_another_agent_is_found_and_none_past_its_end() {
    shares(peer, QUERY, "v1");
    advance(Duration.ofHours(1));
    assertThat(agent.foundShared(QUERY)).isPresent();
    var ended = Secrets.text("app/mq", "v1", "v1");
    peer.share(ANOTHER, Secrets.entry(ended, store.time.instant().minus(Duration.ofDays(2))));
    assertThat(store.stored(CODEC.key(ANOTHER))).isEmpty();
  }

  @Test
  void an_entry_is_fresh_for_no_longer_than_the_reader_allows() {
    var entry = shares(peer, QUERY, "v1");
    var taken = start(plan().ttl(Duration.ofMinutes(1))).foundShared(QUERY).orElseThrow();
    assertThat(taken.readAt()).isEqualTo(entry.readAt());
    assertThat(taken.freshUntil()).isEqualTo(taken.readAt().plusSeconds(60));
    assertThat(taken.staleUntil()).isEqualTo(taken.freshUntil().plus(Duration.ofDays(1)));
  }

  @Test
  void who_stores_what_was_read_before_another_agents_reading_has_that_one() {
    var earlier = agent.read(QUERY, "v1");
    var later = shares(peer, QUERY, "v2");
    agent.share(QUERY, earlier);
    assertThat(agent.cache.find(QUERY)).contains(later);
  }

  @Test
  void who_stores_what_was_read_before_a_refusal_to_another_agent_drops_it() {
    shares(peer, QUERY, "v1");
    var entry = agent.read(QUERY, "v2");
    refusedWhole(peer, QUERY);
    agent.share(QUERY, entry);
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }

  @Test
  void what_was_stored_before_the_end_is_written_first() {
    agent.cache.store(QUERY, agent.read(QUERY, "v1"));
    var drained = agent.cache.drain().toCompletableFuture();
    assertThat(drained).isNotDone();
    settle();
    assertThat(drained).isCompleted();
    assertThat(store.stored(ENTRY_KEY)).startsWith("2E");
  }

  @Test
  void a_lookup_sees_what_this_agent_is_still_storing() {
    var entry = peer.read(QUERY, "v1");
    peer.cache.store(QUERY, entry);
    var lookup = peer.findShared(QUERY);
    settle();
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
    assertThat(store.calls()).startsWith("write", "read");
  }

  @Test
  void of_many_entries_eight_are_written_at_a_time() {
    var held = new ArrayDeque<CompletableFuture<Void>>();
    var slow = start(plan().decoration(inner -> new HeldWrites(inner, held)));
    IntStream.range(0, 100)
        .mapToObj(i -> Secrets.current("app/" + i))
        .forEach(query -> slow.cache.store(query, slow.read(query, "v1")));
    settle();
    assertThat(held).hasSize(8);
    while (!held.isEmpty()) {
      held.remove().complete(null);
      settle();
      assertThat(held).hasSizeLessThanOrEqualTo(8);
    }
    assertThat(Collections.frequency(store.calls(), "write")).isEqualTo(100);
  }

  /** Writes wait until the test lets them go on. */
  private static final class HeldWrites extends EntryStoreDecorator {
    private final Queue<CompletableFuture<Void>> held;

    HeldWrites(EntryStore inner, Queue<CompletableFuture<Void>> held) {
      super(inner);
      this.held = held;
    }

    @Override
    protected <T> CompletionStage<StoreResult<T>> perform(
        SharedCacheOperation operation,
        EntryKey key,
        Supplier<CompletionStage<StoreResult<T>>> exchange) {
      if (operation != SharedCacheOperation.WRITE) {
        return exchange.get();
      }
      var start = new CompletableFuture<Void>();
      held.add(start);
      return start.thenCompose(_ -> exchange.get());
    }
  }

  @Test
  void what_is_under_way_when_its_threads_end_ends_with_the_copy() {
    var entry = copy();
    var lookup = agent.findShared(QUERY);
    agent.cache.close();
    agent.tasks.refuse();
    agent.time.advance(SimulatedCache.PATIENCE);
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
  }

  @Test
  void what_can_not_even_begin_fails_no_read_and_no_write() {
    copy();
    agent.tasks.refuse();
    assertThat(agent.findShared(QUERY)).isCompletedWithValueMatching(Optional::isPresent);
    assertThat(agent.requestLead(QUERY, Duration.ofSeconds(5)))
        .isCompletedWithValue(LeaseElection.ALONE);
    var entry = agent.read(QUERY, "v2");
    agent.cache.store(QUERY, entry);
    assertThat(agent.cache.find(QUERY)).contains(entry);
    agent.cache.evict(QUERY);
    agent.cache.evictAll(QUERY.name());
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }
}
