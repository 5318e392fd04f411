package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Freshness;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Wall clocks that are set while agents share entries. */
class StepsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final FakeEntryStore store = new FakeEntryStore();
  private final SimulatedCache agent = new SimulatedCache(store);
  private final SimulatedCache peer = new SimulatedCache(store);

  @Test
  void a_refusal_revokes_what_was_shared_before_the_clock_was_set_back() {
    agent.share(QUERY, agent.read("v1"));
    agent.time.advance(Duration.ofSeconds(1));
    agent.wallAhead = HOUR.negated();
    agent.cache.evictAll(QUERY.name());
    agent.tasks.doAll();
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(peer.foundShared(QUERY)).isEmpty();
  }

  @Test
  void what_is_read_after_that_refusal_stays_with_the_agent_that_read_it() {
    agent.share(QUERY, agent.read("v1"));
    agent.wallAhead = HOUR.negated();
    agent.cache.evictAll(QUERY.name());
    agent.tasks.doAll();
    agent.time.advance(Duration.ofSeconds(1));
    var entry = agent.read("v2");
    agent.share(QUERY, entry);
    assertThat(agent.foundShared(QUERY)).contains(entry);
  }

  @Test
  void an_entry_has_its_age_for_an_agent_whose_wall_clock_was_wrong_at_its_start() {
    peer.wallAhead = HOUR;
    agent.wallAhead = HOUR.multipliedBy(24).negated();
    agent.time.advance(HOUR.multipliedBy(25));
    agent.share(QUERY, agent.read("v1"));
    peer.time.advance(Duration.ofSeconds(20));
    var found = peer.foundShared(QUERY).orElseThrow();
    assertThat(found.age(peer.time.instant())).isEqualTo(Duration.ofSeconds(20));
    assertThat(found.freshness(peer.time.instant())).isEqualTo(Freshness.FRESH);
  }

  @Test
  void a_step_changes_nothing_about_a_copy() {
    peer.share(QUERY, peer.read("v1"));
    var copy = agent.foundShared(QUERY);
    agent.wallAhead = HOUR.multipliedBy(24);
    assertThat(agent.cache.find(QUERY)).isEqualTo(copy);
    agent.wallAhead = HOUR.negated();
    assertThat(agent.cache.find(QUERY).map(CacheEntry::readAt))
        .isEqualTo(copy.map(CacheEntry::readAt));
  }
}
