package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
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
  void what_was_sealed_with_the_old_key_is_read_by_who_knows_both() {
    var entry = shares(before, QUERY, "v1");
    assertThat(between.foundShared(QUERY)).contains(entry);
    assertThat(between.cache.find(QUERY)).contains(entry);
    getsNothing(after);
  }

  @Test
  void who_knows_both_seals_with_the_new_key() {
    var entry = shares(between, QUERY, "v1");
    assertThat(after.foundShared(QUERY)).contains(entry);
    assertThat(store.stored(ENTRY_KEY)).isEmpty();
    getsNothing(before);
  }

  @Test
  void what_is_sealed_with_the_new_key_is_read_by_who_knows_both() {
    var entry = shares(after, QUERY, "v1");
    assertThat(between.foundShared(QUERY)).contains(entry);
  }

  @Test
  void of_entries_under_both_keys_the_later_counts() {
    shares(before, QUERY, "v1");
    var second = shares(after, QUERY, "v2");
    assertThat(between.foundShared(QUERY)).contains(second);
    var third = shares(before, QUERY, "v3");
    assertThat(between.foundShared(QUERY)).contains(third);
    var fourth = shares(after, QUERY, "v4");
    assertThat(between.foundShared(QUERY)).contains(fourth);
  }

  @Test
  void a_refusal_to_who_knows_both_reaches_all() {
    allHaveIt();
    refused(between, QUERY);
    assertRefusedToAll();
    assertThat(before.told()).contains(SharedRead.REVOKED);
    assertThat(after.told()).contains(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_of_the_whole_secret_to_who_knows_both_reaches_all() {
    allHaveIt();
    refusedWhole(between, QUERY);
    assertRefusedToAll();
    assertThat(before.told()).contains(SharedRead.REVOKED);
    assertThat(after.told()).contains(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_to_who_knows_the_old_key_reaches_all_through_who_knows_both() {
    allHaveIt();
    refused(before, QUERY);
    assertRefusedToAll();
  }

  @Test
  void a_refusal_to_who_knows_the_new_key_reaches_all_through_who_knows_both() {
    allHaveIt();
    refusedWhole(after, QUERY);
    assertRefusedToAll();
  }

  @Test
  void a_refusal_under_the_old_key_keeps_out_what_was_read_before_under_the_new() {
    var early = shares(before, QUERY, "v1");
    refused(before, QUERY);
    assertThat(between.foundShared(QUERY)).isEmpty();
    settle();

    after.share(QUERY, early);
    settle();

    assertThat(agent().foundShared(QUERY)).isEmpty();
    assertThat(knowing(NEW).foundShared(QUERY)).isEmpty();
  }

  private void allHaveIt() {
    shares(before, QUERY, "v1");
    var entry = shares(after, QUERY, "v1");
    assertThat(between.foundShared(QUERY)).contains(entry);
  }

  private void assertRefusedToAll() {
    store.time.advance(SimulatedCache.LOCAL_TTL);
    assertThat(between.foundShared(QUERY)).isEmpty();
    settle();
    for (var agent : List.of(before, between, after)) {
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
    }
  }
}
