package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What lay in Redis once and was put back: by an intruder, or by a server that lost the latest. */
class ReplayTest extends OnRedis {
  /** Surely after what happened just now, and not too late for the store. */
  private static final Duration LATER = Duration.ofMillis(900);

  @Test
  void an_older_entry_replaces_nothing_that_an_agent_has_seen() {
    var writer = agent();
    var older = intruder.await(ENTRY_KEY, () -> writer.stores(QUERY, "v1"));
    var newer = writer.readsIn(LATER, QUERY, "v2");
    writer.cache.store(QUERY, newer);
    var reader = agent();
    soonFindsShared(reader, QUERY, newer);
    intruder.put(ENTRY_KEY, older);
    staysWith(reader, newer);
  }

  @Test
  void an_older_entry_replaces_nothing_that_the_agent_read_itself() {
    var writer = agent();
    var older = intruder.await(ENTRY_KEY, () -> writer.stores(QUERY, "v1"));
    var newer = writer.readsIn(LATER, QUERY, "v2");
    intruder.await(ENTRY_KEY, () -> writer.cache.store(QUERY, newer));
    intruder.put(ENTRY_KEY, older);
    staysWith(writer, newer);
  }

  private static void staysWith(TestAgent agent, CacheEntry newer) {
    assertSoon(
        () -> {
          assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(newer.secret());
          return agent.told().contains(SharedRead.OUTDATED);
        });
  }

  @Test
  void an_older_entry_supplies_nobody_who_has_seen_a_newer_one() {
    var writer = agent();
    var older = intruder.await(ENTRY_KEY, () -> writer.stores(QUERY, "v1"));
    var newer = writer.readsIn(LATER, QUERY, "v2");
    intruder.await(ENTRY_KEY, () -> writer.cache.store(QUERY, newer));
    intruder.put(ENTRY_KEY, older);
    assertThat(writer.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(writer.told()).contains(SharedRead.OUTDATED);
  }

  @Test
  void an_entry_that_was_refused_since_is_not_used_by_the_agent_to_which_it_was() {
    var agent = agent();
    var older = intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "v1"));
    intruder.await(ENTRY_KEY, () -> agent.cache.evict(QUERY));
    intruder.put(ENTRY_KEY, older);
    assertThat(agent.findsShared(QUERY)).isEmpty();
    assertThat(agent.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(agent.told()).contains(SharedRead.REVOKED);
  }

  @Test
  void an_entry_that_was_refused_since_is_not_used_by_an_agent_that_heard_of_it() {
    var writer = agent();
    var older = intruder.await(ENTRY_KEY, () -> writer.stores(QUERY, "v1"));
    var reader = agent();
    assertThat(reader.findsShared(QUERY)).isPresent();
    intruder.await(ENTRY_KEY, () -> writer.cache.evict(QUERY));
    assertSoon(() -> reader.told().contains(SharedRead.REVOKED));
    intruder.put(ENTRY_KEY, older);
    assertThat(reader.findsShared(QUERY)).isEmpty();
    assertThat(reader.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
  }

  @Test
  void a_refusal_hides_nothing_that_was_read_since() {
    var agent = agent();
    intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "v1"));
    var refusal = intruder.await(ENTRY_KEY, () -> agent.cache.evict(QUERY));
    var newer = agent.readsIn(LATER, QUERY, "v2");
    intruder.await(ENTRY_KEY, () -> agent.cache.store(QUERY, newer));
    intruder.put(ENTRY_KEY, refusal);
    assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(newer.secret());
    assertThat(agent.told()).contains(SharedRead.REVOKED);
  }
}
