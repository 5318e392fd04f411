package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long what agents put in the store stays there. */
class LifeInRedisTest extends OnFakeStore {
  /** Fresh for five minutes, and good for a day more: as {@link Secrets#entry} has it. */
  private static final Duration WHOLE = Duration.ofDays(1).plusMinutes(5);

  private static final Duration MOMENT = Duration.ofMillis(1);

  private final SimulatedCache agent = agent();

  private CacheEntry readAgo(Duration age) {
    return Secrets.entry(Secrets.text("app/db", "v1", "hunter2"), store.time.instant().minus(age));
  }

  private void assertLivesFor(Duration life) {
    assertThat(store.life(ENTRY_KEY)).contains(life);
  }

  @Test
  void a_hash_lives_as_long_as_its_entry_may_be_of_use() {
    agent.share(QUERY, readAgo(Duration.ZERO));
    assertLivesFor(WHOLE);
  }

  @Test
  void an_entry_that_was_read_before_lives_for_what_is_left() {
    agent.share(QUERY, readAgo(Duration.ofHours(20)));
    assertLivesFor(WHOLE.minusHours(20));
  }

  @Test
  void an_entry_past_its_end_is_not_put_there() {
    agent.share(QUERY, readAgo(Duration.ofDays(2)));
    assertThat(store.stored(ENTRY_KEY)).isEmpty();
  }

  @Test
  void a_refusal_alone_lives_as_long_as_a_copy_may() {
    agent.share(QUERY, readAgo(Duration.ofDays(2)));
    refused(agent, QUERY);
    assertThat(store.stored(ENTRY_KEY)).startsWith("2R");
    assertLivesFor(WHOLE);
  }

  @Test
  void a_refusal_of_the_whole_secret_leaves_nothing_but_itself_as_long_as_a_copy_may() {
    var former = Secrets.byStage("app/db", "ACSPrevious");
    agent.share(QUERY, readAgo(Duration.ZERO));
    agent.share(former, readAgo(Duration.ZERO));
    refusedWhole(agent, QUERY);
    assertThat(store.stored(ENTRY_KEY)).isEmpty();
    assertThat(store.stored(CODEC.key(former))).isEmpty();
    assertThat(store.stored(ENTRY_KEY.gone())).startsWith("2R");
    assertLivesFor(WHOLE);
  }

  @Test
  void a_lease_lives_for_three_seconds() {
    assertThat(agent.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    store.time.advance(Duration.ofSeconds(3).minus(MOMENT));
    var other = agent();
    assertThat(other.requestLead(QUERY, Duration.ofSeconds(5))).isNotDone();
    other.tasks.doAll();
    assertThat(other.requestLead(QUERY, Duration.ofSeconds(5))).isNotDone();
    store.time.advance(MOMENT);
    assertThat(agent().requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
  }
}
