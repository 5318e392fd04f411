package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How the store is looked through for what is not at hand. */
class StoreReaderTest extends OnFakeStore {

  private final SimulatedCache agent = agent();
  private final SimulatedCache peer = agent();

  /** One that this agent has and has to look at again, since its short life is over. */
  private CacheEntry copy() {
    var entry = agent.read("v1");
    agent.share(QUERY, entry);
    agent.time.advance(SimulatedCache.LOCAL_TTL);
    return entry;
  }

  private int reads() {
    return Collections.frequency(store.calls(), "read");
  }

  @Test
  void a_hundred_who_want_the_same_look_once() {
    var lookups = IntStream.range(0, 100).mapToObj(_ -> agent.findShared(QUERY)).toList();
    agent.tasks.doAll();
    assertThat(lookups)
        .allSatisfy(lookup -> assertThat(lookup).isCompletedWithValue(Optional.empty()));
    assertThat(reads()).isEqualTo(1);
  }

  @Test
  void another_principal_joins_no_look_up_of_the_one_before() {
    agent().share(QUERY, agent.read("v1"));
    var ofOne = agent.findShared(QUERY);
    agent.identity.become("acs:ram::1234567890:role/others");
    var ofAnother = agent.findShared(QUERY);
    agent.tasks.doAll();
    assertThat(ofOne.resultNow()).isPresent();
    assertThat(ofAnother).isCompletedWithValue(Optional.empty());
  }

  @Test
  void a_check_that_is_not_answered_confirms_a_copy_from_then_on_although_a_refusal_was_before() {
    agent.cache.evict(QUERY);
    agent.tasks.doAll();
    agent.time.advance(Duration.ofSeconds(1));
    var entry = copy();
    store.fail(Cause.UNREACHABLE);
    assertThat(agent.foundShared(QUERY)).contains(entry);
    assertThat(agent.told()).doesNotContain(SharedRead.REVOKED);
  }

  @Test
  void who_comes_later_looks_anew() {
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(reads()).isEqualTo(2);
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
  void nobody_waits_past_the_deadline() {
    var deadline = agent.time.instant().plusMillis(5);
    var lookup = agent.cache.findShared(QUERY, deadline).toCompletableFuture();
    agent.time.advance(Duration.ofMillis(5));
    assertThat(lookup).isCompletedWithValue(Optional.empty());
  }

  @Test
  void a_copy_that_the_store_could_not_be_asked_about_is_served_for_another_short_life() {
    var entry = copy();
    store.fail(Cause.UNREACHABLE);
    assertThat(agent.foundShared(QUERY)).contains(entry);
    assertThat(agent.cache.find(QUERY)).contains(entry);
  }

  @Test
  void a_copy_is_found_after_the_deadline() {
    var entry = copy();
    var lookup = agent.cache.findShared(QUERY, agent.time.instant());
    agent.time.advance(Duration.ZERO);
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
  }

  @Test
  void a_lapsed_entry_of_another_agent_is_found() {
    peer.share(QUERY, peer.read("v1"));
    agent.time.advance(Duration.ofHours(1));
    assertThat(agent.foundShared(QUERY)).isPresent();
  }

  /** KMS has at most 30 KiB in a secret. */
  @Test
  void the_largest_value_is_shared() {
    var secret = Secrets.text("app/db", "v1", "密".repeat(30 * 1024 / 3));
    var entry = Secrets.entry(secret, store.time.instant());
    peer.share(QUERY, entry);
    assertThat(agent.foundShared(QUERY)).contains(entry);
  }

  @Test
  void who_stores_what_was_read_before_another_agents_reading_has_that_one() {
    var earlier = agent.read("v1");
    agent.time.advance(Duration.ofSeconds(1));
    var later = peer.read("v2");
    peer.share(QUERY, later);
    agent.share(QUERY, earlier);
    assertThat(agent.cache.find(QUERY)).contains(later);
  }

  @Test
  void who_stores_what_was_read_before_a_refusal_to_another_agent_drops_it() {
    peer.share(QUERY, peer.read("v1"));
    var entry = agent.read("v2");
    refusedWhole(peer, QUERY);
    agent.share(QUERY, entry);
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }

  @Test
  void what_was_stored_before_the_end_is_written_first() {
    agent.cache.store(QUERY, agent.read("v1"));
    var drained = agent.cache.drain().toCompletableFuture();
    assertThat(drained).isNotDone();
    agent.tasks.doAll();
    assertThat(drained).isCompleted();
    assertThat(store.stored(ENTRY_KEY)).startsWith("2E");
  }

  @Test
  void a_lookup_sees_what_this_agent_is_still_storing() {
    var entry = peer.read("v1");
    peer.cache.store(QUERY, entry);
    var lookup = peer.findShared(QUERY);
    peer.tasks.doAll();
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
    assertThat(store.calls()).startsWith("write", "read");
  }

  @Test
  void of_many_entries_eight_are_written_at_a_time() {
    var held = new ArrayDeque<CompletableFuture<Void>>();
    var slow = plan().decoration(inner -> new HeldWrites(inner, held)).start();
    IntStream.range(0, 100)
        .mapToObj(i -> Secrets.current("app/" + i))
        .forEach(query -> slow.cache.store(query, slow.read("v1")));
    slow.tasks.doAll();
    assertThat(held).hasSize(8);
    while (!held.isEmpty()) {
      held.remove().complete(null);
      slow.tasks.doAll();
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
  void what_kms_refuses_while_it_is_kept_is_not_served() {
    agent.share(QUERY, agent.read("v1"));
    var tier = new BusySecretCache(new CaffeineSecretCache(1000, 16 << 20, _ -> {}));
    var other = start(plan().tier(tier));
    tier.beforeStore(() -> other.cache.evictAll(QUERY.name()));
    var lookup = other.findShared(QUERY);
    while (!lookup.isDone()) {
      assertThat(other.tasks.doNext()).isTrue();
    }
    assertThat(lookup).isCompletedWithValue(Optional.empty());
    assertThat(other.cache.find(QUERY)).isEmpty();
  }

  @Nested
  class Afterwards {
    @Test
    void no_timer_waits() {
      assertThat(agent.foundShared(QUERY)).isEmpty();
      assertThat(agent.time.waiting()).isZero();
    }

    @Test
    void no_timer_waits_although_the_store_answered_too_late() {
      var lookup = agent.findShared(QUERY);
      agent.time.advance(SimulatedCache.PATIENCE);
      agent.tasks.doAll();
      assertThat(lookup).isCompleted();
      assertThat(agent.time.waiting()).isZero();
    }
  }

  @Nested
  class After_the_end {
    @Test
    void a_copy_is_found_at_once() {
      var entry = copy();
      agent.cache.close();
      assertThat(agent.findShared(QUERY)).isCompletedWithValue(Optional.of(entry));
    }

    @Test
    void a_lookup_that_was_under_way_ends_with_the_copy() {
      var entry = copy();
      var lookup = agent.findShared(QUERY);
      agent.cache.close();
      agent.tasks.refuse();
      agent.time.advance(SimulatedCache.PATIENCE);
      assertThat(lookup).isCompletedWithValue(Optional.of(entry));
    }

    @Test
    void a_lookup_that_can_not_even_begin_ends_with_the_copy() {
      var entry = copy();
      agent.tasks.refuse();
      assertThat(agent.findShared(QUERY)).isCompletedWithValue(Optional.of(entry));
    }

    @Test
    void storing_and_evicting_throw_nothing() {
      agent.cache.close();
      agent.tasks.refuse();
      var entry = agent.read("v1");
      agent.cache.store(QUERY, entry);
      assertThat(agent.cache.find(QUERY)).contains(entry);
      agent.cache.evict(QUERY);
      agent.cache.evictAll(QUERY.name());
      assertThat(agent.cache.find(QUERY)).isEmpty();
    }

    @Test
    void a_request_for_the_lead_is_granted_at_once() {
      agent.cache.close();
      agent.tasks.refuse();
      assertThat(agent.requestLead(QUERY, Duration.ofSeconds(5)))
          .isCompletedWithValue(LeaseElection.ALONE);
    }

    @Test
    void a_request_for_the_lead_that_can_not_even_begin_is_granted_after_half_of_its_time() {
      agent.tasks.refuse();
      var decision = agent.requestLead(QUERY, Duration.ofSeconds(5));
      agent.time.advance(SimulatedCache.PATIENCE);
      assertThat(decision).isCompletedWithValue(LeaseElection.ALONE);
    }
  }
}
