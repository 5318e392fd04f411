package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an attacker achieves who can change what lies in the store, but has no key, and what a
 * server that has lost data may do.
 */
class TamperingTest extends OnFakeStore {
  /** Nothing hinders agents from sharing it from now on. */
  private void assertIsShared() {
    var entry = shares(agent(), QUERY, "good");
    assertThat(agent().foundShared(QUERY)).contains(entry);
  }

  /** Later than all that agents read here, and not too late for the store. */
  private static String latestDates() {
    var latest = VirtualTime.START.plusMillis(1500);
    return "%016d%016d"
        .formatted(ChronoUnit.MICROS.between(Instant.EPOCH, latest), 9_999_999_999_999_999L);
  }

  static Stream<Named<UnaryOperator<String>>> damages() {
    var anotherKey = SealingFixtures.codec(SealingFixtures.key(9), SealingFixtures.PRINCIPAL);
    var billing = SealingFixtures.codec(SealingFixtures.KEY, "acs:ram::1234567890:role/billing");
    return Stream.of(
        Named.of("its text was altered", entry -> altered(entry, 60)),
        Named.of("garbage took its place", _ -> "garbage"),
        Named.of("garbage with the latest date did", _ -> "2E" + latestDates() + "garbage"),
        Named.of("a refusal with the latest date did", _ -> "2R" + latestDates()),
        Named.of("it was sealed with another key", _ -> sealed(anotherKey, ENTRY_KEY)),
        Named.of("that of another secret did", _ -> sealed(CODEC, CODEC.key(ANOTHER))),
        Named.of("that of another principal did", _ -> sealed(billing, billing.key(QUERY))));
  }

  private static String altered(String entry, int index) {
    var other = (char) (entry.charAt(index) ^ 1);
    return entry.substring(0, index) + other + entry.substring(index + 1);
  }

  private static String sealed(EntryCodec codec, EntryKey key) {
    var secret = Secrets.text("app/db", "v1", "planted");
    var content = new Content.Entry(secret, Instant.EPOCH, Instant.EPOCH, Instant.MAX, Instant.MAX);
    return new String(codec.seal(key, content).bytes(), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @MethodSource("damages")
  void is_a_miss_that_is_told_and_taken_away(UnaryOperator<String> damage) {
    store.overwrite(ENTRY_KEY, damage.apply(sealed(QUERY)));
    var reader = agent();
    assertThat(reader.requestedLead(QUERY))
        .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
    settle();
    assertThat(reader.foundShared(QUERY)).isEmpty();
    assertThat(reader.told()).contains(SharedRead.UNREADABLE).doesNotContain(SharedRead.FOUND);
    assertThat(store.stored(ENTRY_KEY)).isEmpty();
    assertIsShared();
  }

  @ParameterizedTest
  @MethodSource("damages")
  void takes_no_copy_from_who_has_one(UnaryOperator<String> damage) {
    var agent = agent();
    var entry = shares(agent, QUERY, "v1");
    store.overwrite(ENTRY_KEY, damage.apply(store.stored(ENTRY_KEY)));
    assertThat(agent.foundShared(QUERY)).contains(entry);
    assertThat(agent.cache.find(QUERY)).contains(entry);
    assertThat(agent.told()).contains(SharedRead.UNREADABLE);
  }

  @Test
  void a_refusal_that_was_made_up_or_moved_hides_nothing_and_keeps_nothing_out() {
    assertRefusesNothing("2R" + latestDates() + "garbage");
    var agent = agent();
    shares(agent, ANOTHER, "v1");
    refusedWhole(agent, ANOTHER);
    assertRefusesNothing(store.stored(CODEC.key(ANOTHER).gone()));
  }

  private void assertRefusesNothing(String tombstone) {
    assertThat(tombstone).startsWith("2R");
    sealed(QUERY);
    store.overwrite(ENTRY_KEY.gone(), tombstone);
    var reader = agent();
    assertThat(reader.foundShared(QUERY)).isPresent();
    assertThat(reader.told()).contains(SharedRead.UNREADABLE, SharedRead.FOUND);
    assertThat(store.stored(ENTRY_KEY.gone())).isEmpty();
    assertIsShared();
  }

  /** What was in the store once and was put back. */
  @Nested
  class A_replayed {
    private final Agent writer = agent();
    private final Agent reader = agent();
    private final String older = shared("v1");

    /** Shares an entry of the writer; gives what is in the store then. */
    private String shared(String value) {
      shares(writer, QUERY, value);
      return store.stored(ENTRY_KEY);
    }

    @Test
    void older_entry_replaces_nothing_that_an_agent_has_seen() {
      var newer = shares(writer, QUERY, "v2");
      assertThat(reader.foundShared(QUERY)).contains(newer);
      store.overwrite(ENTRY_KEY, older);
      for (var agent : List.of(reader, writer)) {
        assertThat(agent.foundShared(QUERY)).contains(newer);
        assertThat(agent.requestedLead(QUERY))
            .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
        settle();
        assertThat(agent.told()).contains(SharedRead.OUTDATED);
      }
    }

    @Test
    void entry_that_was_refused_since_is_not_used_by_an_agent_that_knows_of_it() {
      assertThat(reader.foundShared(QUERY)).isPresent();
      refused(writer, QUERY);
      assertThat(reader.judged(QUERY)).isEqualTo(SharedRead.REVOKED);
      for (var agent : List.of(reader, writer)) {
        store.overwrite(ENTRY_KEY, older);
        assertThat(agent.foundShared(QUERY)).isEmpty();
        assertThat(agent.told()).contains(SharedRead.REVOKED);
      }
    }

    /**
     * By the clock of the store, which agents know to a microsecond here, and which may have been
     * set back since the entry was read.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 10_000_000})
    void entry_of_the_date_of_its_refusal_is_not_used(int microsAhead) {
      var latest = time.instant().plus(microsAhead, ChronoUnit.MICROS);
      writer.share(QUERY, Secrets.entry(Secrets.text("app/db", "v1", "v1"), latest));
      var entry = store.stored(ENTRY_KEY);
      writer.cache.evict(QUERY);
      settle();
      assertThat(store.stored(ENTRY_KEY).substring(2, 18)).isEqualTo(entry.substring(2, 18));
      store.overwrite(ENTRY_KEY, entry);
      assertThat(writer.judged(QUERY)).isEqualTo(SharedRead.REVOKED);
    }

    @Test
    void refusal_hides_nothing_that_was_read_since() {
      refused(writer, QUERY);
      var refusal = store.stored(ENTRY_KEY);
      assertThat(refusal).startsWith("2R");
      var newer = shares(writer, QUERY, "v2");
      store.overwrite(ENTRY_KEY, refusal);
      assertThat(writer.foundShared(QUERY)).contains(newer);
      assertThat(writer.told()).contains(SharedRead.REVOKED);
    }
  }
}
