package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A fleet on its way from one key to another: first some agents know both, in the end all the new.
 */
class KeyRotationTest extends OnRedis {
  private static final SealingKey NEW = TestAgent.key(2);
  private static final EntryKey NEW_SLOT = codec(NEW, TestAgent.PRINCIPAL).key(QUERY);

  /** Between readings whose order is certain. */
  private static final Duration STEP = Duration.ofMillis(250);

  private final TestAgent before = agent();
  private final TestAgent between = start(plan().sealingKeys(NEW, TestAgent.KEY));
  private final TestAgent after = start(plan().sealingKeys(NEW));

  private CacheEntry shared(TestAgent agent, EntryKey key, String value) {
    return sharedIn(Duration.ZERO, agent, key, value);
  }

  private CacheEntry sharedIn(Duration time, TestAgent agent, EntryKey key, String value) {
    var entry = agent.readsIn(time, QUERY, value);
    intruder.await(key, () -> agent.cache.store(QUERY, entry));
    return entry;
  }

  @Test
  void what_was_sealed_with_the_old_key_is_read_by_who_knows_both() {
    var entry = shared(before, ENTRY_KEY, "v1");
    assertThat(between.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    assertThat(between.cache.find(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    getsNothing(after);
  }

  @Test
  void who_knows_both_seals_with_the_new_key() {
    var entry = shared(between, NEW_SLOT, "v1");
    assertThat(after.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    assertThat(intruder.finds(ENTRY_KEY)).isFalse();
    getsNothing(before);
  }

  @Test
  void what_is_sealed_with_the_new_key_is_read_by_who_knows_both() {
    var entry = shared(after, NEW_SLOT, "v1");
    assertThat(between.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
  }

  @Test
  void of_entries_under_both_keys_the_later_counts() {
    shared(before, ENTRY_KEY, "v1");
    var second = sharedIn(STEP, after, NEW_SLOT, "v2");
    assertThat(between.findsShared(QUERY).map(CacheEntry::secret)).contains(second.secret());
    var third = sharedIn(STEP.multipliedBy(2), before, ENTRY_KEY, "v3");
    assertSoon(
        () ->
            between
                .cache
                .find(QUERY)
                .map(CacheEntry::secret)
                .filter(third.secret()::equals)
                .isPresent());
    var fourth = sharedIn(STEP.multipliedBy(3), after, NEW_SLOT, "v4");
    assertSoon(
        () ->
            between
                .cache
                .find(QUERY)
                .map(CacheEntry::secret)
                .filter(fourth.secret()::equals)
                .isPresent());
  }

  @Test
  void a_refusal_to_who_knows_both_reaches_all() {
    allHaveIt();
    between.cache.evict(QUERY);
    assertSoon(() -> hasNothing(before) && hasNothing(between) && hasNothing(after));
    assertThat(before.told()).contains(SharedRead.REVOKED);
    assertThat(after.told()).contains(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_of_the_whole_secret_to_who_knows_both_reaches_all() {
    allHaveIt();
    between.cache.evictAll(QUERY.name());
    assertSoon(() -> hasNothing(before) && hasNothing(between) && hasNothing(after));
    assertThat(before.told()).contains(SharedRead.REVOKED);
    assertThat(after.told()).contains(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_to_who_knows_the_old_key_reaches_all_through_who_knows_both() {
    allHaveIt();
    before.cache.evict(QUERY);
    assertSoon(() -> hasNothing(before) && hasNothing(between) && hasNothing(after));
  }

  @Test
  void a_refusal_to_who_knows_the_new_key_reaches_all_through_who_knows_both() {
    allHaveIt();
    after.cache.evictAll(QUERY.name());
    assertSoon(() -> hasNothing(after) && hasNothing(between) && hasNothing(before));
  }

  private void allHaveIt() {
    shared(before, ENTRY_KEY, "v1");
    var entry = shared(after, NEW_SLOT, "v1");
    assertThat(between.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
  }

  private static boolean hasNothing(TestAgent agent) {
    return agent.cache.find(QUERY).isEmpty() && agent.findsShared(QUERY).isEmpty();
  }
}
