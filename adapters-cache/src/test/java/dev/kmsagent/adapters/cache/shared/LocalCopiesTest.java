package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Patience;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which copies in the process are served, and which are checked again. */
class LocalCopiesTest extends OnFakeStore {
  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final Set<Thread.State> AT_A_LOCK_OR_DONE =
      Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED);

  private final BusySecretCache tier = new BusySecretCache(new FakeSecretCache());
  private final SimulatedCache agent = start(plan().tier(tier));
  private final SimulatedCache peer = agent();

  /** Returns once the thread waits for a lock, or is done. */
  private static void startUntilItWaits(Thread thread) {
    thread.start();
    Patience.assertSoon(() -> AT_A_LOCK_OR_DONE.contains(thread.getState()));
  }

  /** Time goes on for both. */
  private void advance(Duration time) {
    agent.time.advance(time);
  }

  @Test
  void a_copy_is_served_for_its_ttl_and_then_looked_at_again() {
    agent.share(QUERY, agent.read("v1"));
    advance(SimulatedCache.LOCAL_TTL.minus(MOMENT));
    assertThat(agent.cache.find(QUERY)).isPresent();
    advance(MOMENT);
    assertThat(agent.cache.find(QUERY)).isEmpty();
    assertThat(agent.foundShared(QUERY)).isPresent();
    assertThat(agent.cache.find(QUERY)).isPresent();
  }

  @Test
  void a_copy_is_served_for_its_ttl_since_the_store_was_asked() {
    agent.share(QUERY, agent.read("v1"));
    advance(SimulatedCache.LOCAL_TTL);
    var exchange = Duration.ofSeconds(1);
    store.meanwhile(() -> advance(exchange));
    assertThat(agent.foundShared(QUERY)).isPresent();
    advance(SimulatedCache.LOCAL_TTL.minus(exchange).minus(MOMENT));
    assertThat(agent.cache.find(QUERY)).isPresent();
    advance(MOMENT);
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }

  @Test
  void a_copy_is_served_for_its_ttl_since_the_store_failed_to_answer() {
    agent.share(QUERY, agent.read("v1"));
    advance(SimulatedCache.LOCAL_TTL);
    store.fail(Cause.TIMEOUT);
    store.meanwhile(() -> advance(Duration.ofSeconds(1)));
    assertThat(agent.foundShared(QUERY)).isPresent();
    advance(SimulatedCache.LOCAL_TTL.minus(MOMENT));
    assertThat(agent.cache.find(QUERY)).isPresent();
    advance(MOMENT);
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }

  @Test
  void a_copy_that_another_agent_changed_is_replaced_when_it_is_looked_at_again() {
    agent.share(QUERY, agent.read("v1"));
    advance(MOMENT);
    var later = peer.read("v2");
    peer.share(QUERY, later);
    advance(SimulatedCache.LOCAL_TTL);
    assertThat(agent.cache.find(QUERY)).isEmpty();
    assertThat(agent.foundShared(QUERY)).contains(later);
    assertThat(agent.cache.find(QUERY)).contains(later);
  }

  @Test
  void a_copy_that_is_stored_while_an_earlier_one_is_dropped_is_served()
      throws InterruptedException {
    agent.share(QUERY, agent.read("v1"));
    advance(MOMENT);
    peer.cache.evict(QUERY);
    peer.tasks.doAll();
    advance(SimulatedCache.LOCAL_TTL);
    var later = agent.read("v2");
    var storing = new Thread(() -> agent.cache.store(QUERY, later));
    tier.beforeNextEviction(() -> startUntilItWaits(storing));
    var _ = agent.foundShared(QUERY);
    storing.join();
    assertThat(agent.cache.find(QUERY)).contains(later);
  }

  @Test
  void a_copy_that_the_store_has_lost_is_served_on_and_not_offered_again() {
    var entry = agent.read("v1");
    agent.share(QUERY, entry);
    store.clear();
    advance(SimulatedCache.LOCAL_TTL);
    assertThat(agent.foundShared(QUERY)).contains(entry);
    assertThat(agent.cache.find(QUERY)).contains(entry);
    assertThat(agent().foundShared(QUERY)).isEmpty();
  }

  /** It could not be written. */
  @Test
  void a_copy_that_is_later_than_what_the_store_has_is_served_on() {
    peer.share(QUERY, peer.read("v1"));
    advance(MOMENT);
    store.fail(Cause.UNREACHABLE);
    var late = agent();
    var later = late.read("v2");
    late.share(QUERY, later);
    store.succeed();
    advance(SimulatedCache.LOCAL_TTL);
    assertThat(late.foundShared(QUERY)).contains(later);
  }

  @Test
  void a_copy_is_served_however_long_it_was_not_looked_at_while_the_store_cannot_be_asked() {
    agent.share(QUERY, agent.read("v1"));
    store.setAvailable(false);
    advance(Duration.ofDays(30));
    assertThat(agent.cache.find(QUERY)).isPresent();
    assertThat(agent.findShared(QUERY)).isCompletedWithValueMatching(Optional::isPresent);
  }
}
