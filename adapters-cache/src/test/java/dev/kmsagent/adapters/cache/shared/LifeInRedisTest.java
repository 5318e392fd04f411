package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long what agents put in Redis stays there. */
class LifeInRedisTest extends OnRedis {
  /** Fresh for five minutes, and good for a day more: as {@link Secrets#entry} has it. */
  private static final Duration WHOLE = Duration.ofDays(1).plusMinutes(5);

  /** Less than the lives differ; an agent knows the clock of Redis up to a call's duration. */
  private static final Duration A_WHILE = Duration.ofMinutes(1);

  /** As Redis answers for a key without an end. */
  private static final Duration FOR_EVER = Duration.ofMillis(-1);

  private static final SecretQuery FORMER = Secrets.byStage("app/db", "ACSPrevious");

  private CachingAgent agent;

  @BeforeEach
  void start() {
    agent = agent();
  }

  private CacheEntry readAgo(Duration age) {
    return Secrets.entry(Secrets.text("app/db", "v1", "hunter2"), agent.now().minus(age));
  }

  private void store(SecretQuery query, CacheEntry entry) {
    intruder.await(CODEC.key(query), () -> agent.cache.store(query, entry));
  }

  private void livesFor(Duration life) {
    assertThat(intruder.life(ENTRY_KEY.hash())).isCloseTo(life, A_WHILE);
  }

  @Test
  void a_hash_lives_as_long_as_its_entry_may_be_of_use() {
    store(QUERY, readAgo(Duration.ZERO));
    livesFor(WHOLE);
  }

  @Test
  void an_entry_that_was_read_before_lives_for_what_is_left() {
    store(QUERY, readAgo(Duration.ofHours(20)));
    livesFor(WHOLE.minusHours(20));
  }

  @Test
  void a_refusal_alone_lives_as_long_as_a_copy_may() {
    agent.cache.store(QUERY, readAgo(Duration.ofDays(2)));
    intruder.await(ENTRY_KEY, () -> agent.cache.evict(QUERY));
    livesFor(WHOLE);
  }

  @Test
  void a_refusal_of_the_whole_secret_leaves_nothing_but_itself_as_long_as_a_copy_may() {
    store(QUERY, readAgo(Duration.ZERO));
    store(FORMER, readAgo(Duration.ZERO));
    intruder.await(ENTRY_KEY.gone(), () -> agent.cache.evictAll(QUERY.name()));
    assertThat(intruder.fields(ENTRY_KEY.hash())).containsExactly(ENTRY_KEY.gone().field());
    livesFor(WHOLE);
  }

  @Test
  void a_refusal_lives_as_long_as_an_entry_of_another_version_did() {
    var longer = Duration.ofDays(3);
    store(QUERY, readAgo(Duration.ZERO));
    redis.configure("PEXPIRE", ENTRY_KEY.hash(), Long.toString(longer.toMillis()));
    intruder.await(ENTRY_KEY.gone(), () -> agent.cache.evictAll(QUERY.name()));
    livesFor(longer);
  }

  @Test
  void an_entry_past_its_end_is_not_put_there() {
    agent.cache.store(QUERY, readAgo(Duration.ofDays(2)));
    store(FORMER, readAgo(Duration.ZERO));
    assertThat(intruder.fields(ENTRY_KEY.hash())).containsExactly(CODEC.key(FORMER).field());
  }

  @Test
  void what_is_past_its_end_is_dropped_when_something_is_put_beside_it() {
    intruder.put(ENTRY_KEY, "2E%016d%016dsealed".formatted(1, 2));
    store(FORMER, readAgo(Duration.ZERO));
    assertThat(intruder.fields(ENTRY_KEY.hash())).containsExactly(CODEC.key(FORMER).field());
  }

  @Test
  void a_lease_lives_for_three_seconds_at_most() {
    assertThat(agent.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(intruder.life(ENTRY_KEY.lease()))
        .isNotEqualTo(FOR_EVER)
        .isLessThanOrEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void nothing_lives_for_ever() {
    store(QUERY, readAgo(Duration.ZERO));
    intruder.await(ENTRY_KEY, () -> agent.cache.evict(QUERY));
    store(ANOTHER, agent.reads(ANOTHER, "v1"));
    intruder.await(CODEC.key(ANOTHER).gone(), () -> agent.cache.evictAll(ANOTHER.name()));
    assertThat(intruder.names())
        .contains(ENTRY_KEY.hash(), CODEC.key(ANOTHER).hash())
        .allSatisfy(name -> assertThat(intruder.life(name)).isNotEqualTo(FOR_EVER));
  }
}
