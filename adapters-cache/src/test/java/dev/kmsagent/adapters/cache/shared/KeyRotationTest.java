package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A fleet on its way from one key to another: first some agents know both, in the end all the new.
 */
class KeyRotationTest extends OnFakeStore {
  private static final SealingKey NEW = SimulatedCache.key(2);

  private final SimulatedCache before = agent();
  private final SimulatedCache between = knowing(NEW, SimulatedCache.KEY);
  private final SimulatedCache after = knowing(NEW);

  @Test
  void who_knows_both_reads_what_was_sealed_with_the_old_key() {
    var entry = shares(before, QUERY, "v1");
    assertThat(between.foundShared(QUERY)).contains(entry);
    assertThat(between.cache.find(QUERY)).contains(entry);
    getsNothing(after);
  }

  @Test
  void who_knows_both_seals_with_the_new_key() {
    var entry = shares(between, QUERY, "v1");
    assertThat(after.foundShared(QUERY)).contains(entry);
    getsNothing(before);
  }

  @Test
  void of_entries_under_both_keys_the_later_counts() {
    shares(before, QUERY, "v1");
    var second = shares(after, QUERY, "v2");
    assertThat(between.foundShared(QUERY)).contains(second);
    var third = shares(before, QUERY, "v3");
    assertThat(between.foundShared(QUERY)).contains(third);
  }

  /** A refusal may be there. */
  @Test
  void nothing_counts_while_the_store_answers_for_one_of_both_keys_alone() {
    shares(after, QUERY, "v1");
    store.fail(key -> key.equals(ENTRY_KEY) ? Cause.TIMEOUT : null);
    assertThat(between.foundShared(QUERY)).isEmpty();
    store.succeed();
    assertThat(between.foundShared(QUERY)).isPresent();
  }

  @Test
  void a_refusal_to_who_knows_both_reaches_all() {
    allHaveIt();
    refusedWhole(between, QUERY);
    assertRefusedToAll();
  }

  @Test
  void a_refusal_to_who_knows_the_new_key_reaches_all_through_who_knows_both() {
    allHaveIt();
    refusedWhole(after, QUERY);
    assertRefusedToAll();
  }

  @Test
  void a_refusal_to_who_knows_the_old_key_reaches_all_and_keeps_out_what_was_read_before() {
    var early = allHaveIt();
    refused(before, QUERY);
    assertRefusedToAll();
    after.share(QUERY, early);
    assertThat(knowing(NEW).foundShared(QUERY)).isEmpty();
  }

  /** Nothing in the store shows that agents with the old key have it. */
  @Test
  void a_refusal_reaches_copies_that_the_store_has_lost_under_the_old_key() {
    shares(before, QUERY, "v1");
    store.clear();
    shares(after, QUERY, "v1");
    refusedWhole(after, QUERY);
    assertRefusedToAll();
  }

  private CacheEntry allHaveIt() {
    shares(before, QUERY, "v1");
    var entry = shares(after, QUERY, "v1");
    assertThat(between.foundShared(QUERY)).contains(entry);
    return entry;
  }

  private void assertRefusedToAll() {
    advance(SimulatedCache.LOCAL_TTL);
    assertThat(between.foundShared(QUERY)).isEmpty();
    settle();
    for (var agent : List.of(before, between, after)) {
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
    }
  }
}
