package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.testkit.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link EntryStore} does, and every decorator of one. */
public interface EntryStoreContract {
  Duration LIFE = Duration.ofMinutes(1);

  /** One date, so that envelopes are equal whenever they are made: the year 2100, in seconds. */
  long END = 4_102_444_800L;

  /** The store under test: one for each test, and available at first. */
  EntryStore store();

  /** What the test's keys begin with; the store has none such at first. */
  default String prefix() {
    return "kms-agent";
  }

  /** Whether one process has the store, to which every lease is granted. */
  default boolean isOfOneProcess() {
    return false;
  }

  private EntryKey key(String field) {
    return new EntryKey(prefix(), prefix(), field);
  }

  private EntryKey key() {
    return key("field");
  }

  private EntryKey sibling() {
    return key("other");
  }

  /** An entry that was read {@code micros} after the epoch, and ends long after the tests. */
  static Envelope entry(long micros) {
    return envelope('E', micros, "sealed");
  }

  static Envelope tombstone(long micros) {
    return envelope('R', micros, "sealed");
  }

  private static Envelope envelope(char kind, long micros, String sealed) {
    var text = "2%c%016d%010d000000%s".formatted(kind, micros, END, sealed);
    return new Envelope(text.getBytes(ISO_8859_1));
  }

  /** The result of an exchange, once it is there. */
  static <T> StoreResult<T> result(CompletionStage<StoreResult<T>> exchange) {
    return Patience.join(exchange);
  }

  private static <T> T answer(CompletionStage<StoreResult<T>> exchange) {
    return result(exchange).answered().orElseThrow();
  }

  private StoredEntries read(EntryKey key) {
    return answer(store().read(key));
  }

  private Written write(EntryKey key, Envelope entry) {
    return answer(store().write(key, entry, LIFE));
  }

  private void revoke(EntryKey key, Envelope tombstone) {
    assertThat(answer(store().revoke(key, tombstone, LIFE, RevokeCondition.ALWAYS)))
        .isEqualTo(Revoked.STORED);
  }

  private boolean isGranted(String holder) {
    return answer(store().claim(key(), holder, LIFE)).granted();
  }

  @Test
  default void what_was_written_is_read_under_its_key_alone() {
    assertThat(read(key()).entry()).isEmpty();
    assertThat(read(key()).gone()).isEmpty();
    assertThat(write(key(), entry(1))).isEqualTo(Written.KEPT);
    assertThat(read(key()).entry()).contains(entry(1));
    assertThat(read(sibling()).entry()).isEmpty();
  }

  @Test
  default void an_envelope_of_any_bytes_is_kept_as_it_is() {
    var bytes = new byte[Envelope.LONGEST];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) i);
    System.arraycopy(entry(1).bytes(), 0, bytes, 0, 34);
    assertThat(write(key(), new Envelope(bytes))).isEqualTo(Written.KEPT);
    assertThat(read(key()).entry()).contains(new Envelope(bytes));
  }

  @Test
  default void of_two_entries_the_later_one_stays_whichever_comes_first() {
    assertThat(write(key(), entry(1))).isEqualTo(Written.KEPT);
    assertThat(write(key(), entry(2))).isEqualTo(Written.KEPT);
    assertThat(write(key(), entry(2))).isEqualTo(Written.KEPT);
    assertThat(write(key(), entry(1))).isEqualTo(Written.OUTDATED);
    assertThat(read(key()).entry()).contains(entry(2));
  }

  @Test
  default void a_tombstone_replaces_what_is_not_later_and_keeps_it_out() {
    assertThat(write(key(), entry(2))).isEqualTo(Written.KEPT);
    revoke(key(), tombstone(1));
    assertThat(read(key()).entry()).contains(entry(2));
    revoke(key(), tombstone(2));
    assertThat(read(key()).entry()).contains(tombstone(2));
    assertThat(write(key(), entry(2))).isEqualTo(Written.OUTDATED);
    assertThat(write(key(), entry(3))).isEqualTo(Written.KEPT);
    assertThat(read(key()).entry()).contains(entry(3));
  }

  @Test
  default void the_tombstone_of_a_secret_replaces_all_its_entries_that_are_not_later() {
    assertThat(write(key(), entry(1))).isEqualTo(Written.KEPT);
    assertThat(write(sibling(), entry(3))).isEqualTo(Written.KEPT);
    revoke(key().gone(), tombstone(2));
    assertThat(read(key()).entry()).isEmpty();
    assertThat(read(key()).gone()).contains(tombstone(2));
    assertThat(read(sibling()).entry()).contains(entry(3));
    assertThat(write(key(), entry(2))).isEqualTo(Written.OUTDATED);
  }

  private Revoked revokeIfStored(EntryKey key, Envelope tombstone) {
    return answer(store().revoke(key, tombstone, LIFE, RevokeCondition.IF_STORED));
  }

  @Test
  default void a_conditional_tombstone_replaces_what_is_stored_or_was_beside_an_earlier_one() {
    assertThat(write(key(), entry(1))).isEqualTo(Written.KEPT);
    assertThat(write(sibling(), entry(1))).isEqualTo(Written.KEPT);
    assertThat(revokeIfStored(key(), tombstone(2))).isEqualTo(Revoked.STORED);
    assertThat(read(key()).entry()).contains(tombstone(2));
    assertThat(revokeIfStored(key(), tombstone(3))).isEqualTo(Revoked.STORED);
    assertThat(revokeIfStored(sibling().gone(), tombstone(3))).isEqualTo(Revoked.STORED);
    assertThat(read(sibling()).gone()).contains(tombstone(3));
    assertThat(read(sibling()).entry()).isEmpty();
    assertThat(revokeIfStored(sibling().gone(), tombstone(4))).isEqualTo(Revoked.STORED);
  }

  @Test
  default void a_conditional_tombstone_of_what_is_not_stored_leaves_nothing() {
    assertThat(revokeIfStored(key().gone(), tombstone(2))).isEqualTo(Revoked.UNNEEDED);
    assertThat(read(key()).gone()).isEmpty();
    assertThat(write(sibling(), entry(1))).isEqualTo(Written.KEPT);
    assertThat(revokeIfStored(key(), tombstone(2))).isEqualTo(Revoked.UNNEEDED);
    assertThat(read(key()).entry()).isEmpty();
  }

  /** Agents write them again whenever one is missing. */
  @Test
  default void more_tombstones_than_a_hash_may_have_do_not_push_each_other_out() {
    var first = storedAfterRevoking(70);
    assertThat(first).isNotEmpty();
    assertThat(storedAfterRevoking(70)).isEqualTo(first);
  }

  private List<EntryKey> storedAfterRevoking(int versions) {
    var keys = IntStream.range(0, versions).mapToObj(i -> key("field" + i)).toList();
    keys.forEach(key -> revoke(key, tombstone(1)));
    return keys.stream().filter(key -> read(key).entry().isPresent()).toList();
  }

  @Test
  default void an_envelope_dated_later_than_the_clock_of_the_store_fails() {
    var later = entry(END * 1_000_000);
    assertThat(result(store().write(key(), later, LIFE))).isInstanceOf(StoreResult.Failed.class);
    assertThat(result(store().revoke(key(), later, LIFE, RevokeCondition.ALWAYS)))
        .isInstanceOf(StoreResult.Failed.class);
    assertThat(read(key()).entry()).isEmpty();
  }

  @Test
  default void what_does_not_open_is_discarded_if_it_is_still_there() {
    var unreadable = entry(1);
    assertThat(write(key(), unreadable)).isEqualTo(Written.KEPT);
    assertThat(answer(store().discard(key(), entry(7)))).isEqualTo(Done.DONE);
    assertThat(read(key()).entry()).contains(unreadable);
    assertThat(answer(store().discard(key(), unreadable))).isEqualTo(Done.DONE);
    assertThat(read(key()).entry()).isEmpty();
  }

  @Test
  default void a_lease_is_granted_to_one_and_released_by_its_holder_alone() {
    assertThat(write(key(), entry(1))).isEqualTo(Written.KEPT);
    var claim = answer(store().claim(key(), "one", LIFE));
    assertThat(claim).isEqualTo(new Claim(true, read(key())));
    assertThat(isGranted("other")).isEqualTo(isOfOneProcess());
    assertThat(isGranted("one")).isTrue();
    assertThat(answer(store().release(key(), "other"))).isEqualTo(Done.DONE);
    assertThat(isGranted("other")).isEqualTo(isOfOneProcess());
    assertThat(answer(store().release(key(), "one"))).isEqualTo(Done.DONE);
    assertThat(isGranted("other")).isTrue();
  }
}
