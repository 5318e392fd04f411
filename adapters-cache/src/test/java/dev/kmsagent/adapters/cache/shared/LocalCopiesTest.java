package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which copies in the process are served, and which are checked again. */
class LocalCopiesTest extends OnFakeStore {
  private static final Duration MOMENT = Duration.ofMillis(1);

  private final SimulatedCache agent = start(plan().breaker());

  private void isServedFor(Duration time) {
    agent.time.advance(time.minus(MOMENT));
    assertThat(agent.cache.find(QUERY)).isPresent();
    agent.time.advance(MOMENT);
    assertThat(agent.cache.find(QUERY)).isEmpty();
  }

  @Test
  void a_copy_is_served_for_its_ttl_and_then_looked_at_again() {
    agent.share(QUERY, agent.read(QUERY, "v1"));
    isServedFor(SimulatedCache.LOCAL_TTL);
    var exchange = Duration.ofSeconds(1);
    store.meanwhile(() -> agent.time.advance(exchange));
    assertThat(agent.foundShared(QUERY)).isPresent();
    isServedFor(SimulatedCache.LOCAL_TTL.minus(exchange));
  }

  @Test
  void a_copy_is_served_for_its_ttl_since_the_store_failed_to_answer() {
    agent.share(QUERY, agent.read(QUERY, "v1"));
    agent.time.advance(SimulatedCache.LOCAL_TTL);
    store.fail(Cause.TIMEOUT);
    store.meanwhile(() -> agent.time.advance(Duration.ofSeconds(1)));
    assertThat(agent.foundShared(QUERY)).isPresent();
    isServedFor(SimulatedCache.LOCAL_TTL);
  }

  @Test
  void a_copy_that_the_store_has_lost_is_served_on_and_not_offered_again() {
    var entry = shares(agent, QUERY, "v1");
    store.clear();
    advance(SimulatedCache.LOCAL_TTL);
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
    advance(SimulatedCache.LOCAL_TTL);
    assertThat(agent.foundShared(QUERY)).contains(later);
  }

  @Test
  void a_copy_is_served_however_long_it_was_not_looked_at_while_the_store_cannot_be_asked() {
    shares(agent, QUERY, "v1");
    store.fail(Cause.UNREACHABLE);
    for (var i = 0; i < 3; i++) {
      assertThat(agent.foundShared(ANOTHER)).isEmpty();
    }
    agent.time.advance(Duration.ofDays(1));
    assertThat(agent.cache.find(QUERY)).isPresent();
    assertThat(agent.findShared(QUERY)).isCompletedWithValueMatching(Optional::isPresent);
  }
}
