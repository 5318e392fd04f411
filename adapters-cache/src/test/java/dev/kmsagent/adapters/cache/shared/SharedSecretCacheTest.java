package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.out.LeadDecision.Lead;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.testkit.SecretCacheContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Which copies in the process are served, how the store is looked through for what is not at hand,
 * and gets what was read.
 */
class SharedSecretCacheTest extends OnFakeStore {
  private static final Duration MOMENT = Duration.ofMillis(1);

  /** For how long a look-up waits for the store here. */
  private static final Duration PATIENCE = Duration.ofMillis(2500);

  private final Agent agent = agent();
  private final Agent peer = agent();

  /** One that this agent has and has to look at again, since its short life is over. */
  private CacheEntry copy() {
    var entry = shares(agent, QUERY, "v1");
    advance(LOCAL_TTL);
    return entry;
  }

  @Test
  void a_hundred_who_want_the_same_look_once() {
    var lookups = IntStream.range(0, 100).mapToObj(_ -> agent.findShared(QUERY)).toList();
    settle();
    assertThat(lookups)
        .allSatisfy(lookup -> assertThat(lookup).isCompletedWithValue(Optional.empty()));
    assertThat(store.calls(SharedCacheOperation.READ)).isEqualTo(1);
    assertThat(time.waiting()).isZero();
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
    time.advance(PATIENCE.minusNanos(1));
    assertThat(lookup).isNotDone();
    time.advance(Duration.ofNanos(1));
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
  }

  @Test
  void a_lapsed_entry_of_another_agent_is_found_and_none_past_its_end() {
    shares(peer, QUERY, "v1");
    advance(Duration.ofHours(1));
    assertThat(agent.foundShared(QUERY)).isPresent();
    shares(peer, Secrets.byId("app/db", "v1"), "v1");
    advance(Duration.ofDays(1));
    assertThat(agent().foundShared(QUERY)).isEmpty();
    var ended = Secrets.text("app/mq", "v1", "v1");
    peer.share(ANOTHER, Secrets.entry(ended, time.instant().minus(Duration.ofDays(2))));
    assertThat(store.stored(CODEC.key(ANOTHER))).isEmpty();
  }

  /** The reader knows the clock of the store to a second. */
  @Test
  void an_entry_is_fresh_for_no_longer_than_the_reader_allows() {
    store.meanwhile(() -> time.advance(Duration.ofSeconds(1)));
    var reader = agent();
    var readAt = time.instant();
    var lasting = new FreshnessPolicy(Duration.ofHours(1), 0, 0.8, Duration.ofDays(2));
    var secret = Secrets.text("app/db", "v1", "v1");
    peer.share(QUERY, lasting.entry(secret, Secrets.plain(secret), readAt, 0));
    store.meanwhile(() -> time.advance(Duration.ofSeconds(1)));
    var taken = reader.foundShared(QUERY).orElseThrow();
    assertThat(taken.readAt()).isEqualTo(readAt);
    assertThat(taken.freshUntil()).isEqualTo(taken.readAt().plusSeconds(300));
    assertThat(taken.staleUntil()).isEqualTo(taken.freshUntil().plus(Duration.ofDays(1)));
  }

  @Test
  void what_is_read_is_shared_although_a_store_that_answers_slowly_has_set_its_clock_back() {
    storeAhead = Duration.ofSeconds(-10);
    store.meanwhile(() -> time.advance(Duration.ofSeconds(1)));
    assertThat(agent.foundShared(ANOTHER)).isEmpty();
    shares(agent, QUERY, "v1");
    assertThat(peer.foundShared(QUERY)).isPresent();
  }

  @Test
  void who_stores_what_was_read_before_another_agents_reading_has_that_one() {
    var earlier = read(QUERY, "v1");
    var later = shares(peer, QUERY, "v2");
    agent.share(QUERY, earlier);
    assertThat(agent.cache.find(QUERY)).contains(later);
  }

  @Test
  void who_stores_what_was_read_before_a_refusal_to_another_agent_drops_all_its_versions() {
    shares(peer, QUERY, "v1");
    var entry = read(QUERY, "v2");
    shares(agent, Secrets.byId("app/db", "v1"), "v1");
    refusedWhole(peer, QUERY);
    agent.share(QUERY, entry);
    assertThat(agent.cache.cachedQueries(QUERY.name())).isEmpty();
  }

  @Test
  void what_was_stored_before_the_end_is_written_first() {
    agent.cache.store(QUERY, read(QUERY, "v1"));
    var drained = agent.drain();
    assertThat(drained).isNotDone();
    settle();
    assertThat(drained).isCompleted();
    assertThat(store.stored(ENTRY_KEY)).startsWith("2E");
  }

  @Test
  void a_lookup_sees_what_this_agent_is_still_storing() {
    var entry = read(QUERY, "v1");
    peer.cache.store(QUERY, entry);
    var lookup = peer.findShared(QUERY);
    settle();
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
    assertThat(store.calls())
        .containsSubsequence(SharedCacheOperation.WRITE, SharedCacheOperation.READ);
  }

  @Test
  void of_many_entries_eight_are_written_at_a_time() {
    IntStream.range(0, 100)
        .mapToObj(i -> Secrets.current("app/" + i))
        .forEach(query -> agent.cache.store(query, read(query, "v1")));
    settle();
    assertThat(store.calls(SharedCacheOperation.WRITE)).isEqualTo(100);
    assertThat(store.mostAtOnce()).isEqualTo(8);
  }

  /** The store would delete it. The largest answer of KMS is longer, once it is sealed. */
  @Test
  void no_entry_is_written_that_is_longer_than_an_envelope() {
    var longest = Envelope.LONGEST - sealed(QUERY).length() + "v1".length();
    advance(Duration.ofSeconds(1));
    agent.share(QUERY, entry(QUERY, "x".repeat(longest)));
    agent.share(ANOTHER, entry(ANOTHER, "x".repeat(longest + 1)));

    assertThat(store.stored(ENTRY_KEY)).hasSize(Envelope.LONGEST);
    assertThat(store.stored(CODEC.key(ANOTHER))).isEmpty();
    assertThat(peer.foundShared(QUERY)).isPresent();
  }

  private CacheEntry entry(SecretQuery query, String value) {
    return Secrets.entry(Secrets.text(query.name().value(), "v1", value), time.instant());
  }

  @Test
  void what_is_under_way_when_its_threads_end_ends_with_the_copy() {
    var entry = copy();
    var lookup = agent.findShared(QUERY);
    agent.cache.close();
    tasks.refuse();
    time.advance(PATIENCE);
    assertThat(lookup).isCompletedWithValue(Optional.of(entry));
  }

  @Test
  void what_can_not_even_begin_fails_no_read_and_no_write() {
    copy();
    tasks.refuse();
    assertThat(agent.findShared(QUERY)).isCompletedWithValueMatching(Optional::isPresent);
    assertThat(agent.requestLead(QUERY, Duration.ofSeconds(5))).isCompletedWithValue(Lead.UNSHARED);
    var entry = read(QUERY, "v2");
    agent.cache.store(QUERY, entry);
    assertThat(agent.cache.find(QUERY)).contains(entry);
    agent.cache.evict(QUERY);
    agent.cache.evictAll(QUERY.name());
    assertThat(agent.cache.find(QUERY)).isEmpty();
    assertThat(agent.findShared(QUERY)).isCompletedWithValue(Optional.empty());
  }

  private void isServedFor(Duration length) {
    time.advance(length.minus(MOMENT));
    assertThat(agent.cache.find(QUERY)).isPresent();
    time.advance(MOMENT);
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }

  @Test
  void a_copy_is_served_for_its_ttl_and_then_looked_at_again() {
    agent.share(QUERY, read(QUERY, "v1"));
    isServedFor(LOCAL_TTL);
    var exchange = Duration.ofSeconds(1);
    store.meanwhile(() -> time.advance(exchange));
    assertThat(agent.foundShared(QUERY)).isPresent();
    isServedFor(LOCAL_TTL.minus(exchange));
  }

  @Test
  void a_copy_is_served_for_its_ttl_since_the_store_failed_to_answer() {
    agent.share(QUERY, read(QUERY, "v1"));
    time.advance(LOCAL_TTL);
    store.fail(Cause.TIMEOUT);
    store.meanwhile(() -> time.advance(Duration.ofSeconds(1)));
    assertThat(agent.foundShared(QUERY)).isPresent();
    isServedFor(LOCAL_TTL);
  }

  @Test
  void a_copy_that_the_store_has_lost_is_served_on_and_not_offered_again() {
    var entry = shares(agent, QUERY, "v1");
    store.clear();
    advance(LOCAL_TTL);
    assertThat(agent.foundShared(QUERY)).contains(entry);
    assertThat(agent.cache.find(QUERY)).contains(entry);
    assertThat(agent().foundShared(QUERY)).isEmpty();
  }

  @Test
  void a_copy_that_could_not_be_written_is_served_on_although_the_store_has_an_earlier_one() {
    shares(agent(), QUERY, "v1");
    store.fail(Cause.FULL);
    var later = shares(agent, QUERY, "v2");
    store.succeed();
    advance(LOCAL_TTL);
    assertThat(agent.foundShared(QUERY)).contains(later);
  }

  @Test
  void a_copy_is_served_however_long_it_was_not_looked_at_while_the_store_cannot_be_asked() {
    shares(agent, QUERY, "v1");
    store.fail(Cause.UNREACHABLE);
    for (var i = 0; i < 3; i++) {
      assertThat(agent.foundShared(ANOTHER)).isEmpty();
    }
    time.advance(Duration.ofDays(1));
    assertThat(agent.cache.find(QUERY)).isPresent();
    assertThat(agent.findShared(QUERY)).isCompletedWithValueMatching(Optional::isPresent);
  }

  @Nested
  class Tasks_of_one_secret {
    private static final String NAME = "app/db";
    private static final String OTHER = "app/mq";

    private final SerialTasks<String> serial = new SerialTasks<>(tasks);
    private final List<Integer> done = new ArrayList<>();

    private CompletionStage<Void> done(int task) {
      done.add(task);
      return CompletableFuture.completedStage(null);
    }

    @Test
    void end_in_order_however_many_and_those_of_another_do_not_wait() {
      var first = new CompletableFuture<Void>();
      var wanted = IntStream.range(0, 20_000).boxed().toList();
      var _ = serial.add(NAME, () -> first);
      for (var i : wanted) {
        var _ = serial.add(NAME, () -> done(i));
      }
      var _ = serial.add(OTHER, () -> done(-1));
      settle();
      assertThat(done).containsExactly(-1);
      assertThat(serial.ended(NAME)).isNotDone();
      first.complete(null);
      settle();
      assertThat(done.subList(1, done.size())).containsExactlyElementsOf(wanted);
      assertThat(serial.ended(NAME)).isCompleted();
    }

    @Test
    void are_done_after_one_that_fails() {
      CompletableFuture<Void> failing = CompletableFuture.failedFuture(new IOException("a bug"));
      var _ = serial.add(NAME, () -> failing);
      var _ = serial.add(NAME, () -> done(1));
      settle();
      assertThat(done).containsExactly(1);
      assertThat(serial.ended(NAME)).isCompleted();
    }
  }

  @Nested
  class Keeps_the_contract implements SecretCacheContract {
    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public InstantSource clock() {
      return time;
    }

    @Override
    public void await(BooleanSupplier condition) {
      settle();
      while (!condition.getAsBoolean()) {
        assertThat(time.instant()).isBefore(VirtualTime.START.plusSeconds(60));
        advance(MOMENT);
      }
    }

    @Override
    public <T> T join(CompletionStage<T> stage) {
      var future = stage.toCompletableFuture();
      await(future::isDone);
      return future.join();
    }

    @Override
    public void cutOff() {
      store.fail(Cause.UNREACHABLE);
    }
  }
}
