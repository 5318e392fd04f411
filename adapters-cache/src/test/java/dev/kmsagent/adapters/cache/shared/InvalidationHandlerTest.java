package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.ChangeFeed.Follower;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.Secrets;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How copies whose original was changed are checked again. */
class InvalidationHandlerTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final FakeEntryStore store = new FakeEntryStore();
  private final SimulatedCache agent = new SimulatedCache(store);

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
  void a_burst_of_changes_is_worked_off_one_after_the_other() {
    var queries = shareMany();
    queries.forEach(agent::hearOf);
    for (var done = 0; done < queries.size(); done++) {
      assertThat(agent.tasks.waiting()).isEqualTo(1);
      assertThat(reads()).isEqualTo(done);
      agent.tasks.doNext();
      assertThat(agent.tasks.waiting()).isEqualTo(1);
      agent.tasks.doNext();
    }
    assertThat(agent.tasks.waiting()).isZero();
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
