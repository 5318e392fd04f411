package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody achieves who can change what lies in Redis, but has no key. */
class TamperingTest extends OnRedis {
  private static final String LAST_DATES = "9".repeat(32);

  /** Nothing hinders agents from sharing it from now on. */
  private void isShared(SecretQuery query) {
    var entry = agent().stores(query, "good");
    soonFindsShared(agent(), query, entry);
  }

  private static void metNoError(TestAgent agent) {
    assertThat(agent.events.of(SharedCacheCalled.class))
        .extracting(SharedCacheCalled::outcome)
        .hasOnlyElementsOfType(SharedCacheOutcome.Done.class);
  }

  private static String latestDates() {
    var now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    return "%016d%016d".formatted(now, 9_999_999_999_999_999L);
  }

  @Nested
  class An_entry_that_does_not_open {
    static Stream<Named<UnaryOperator<String>>> damages() {
      return Stream.of(
          Named.of("its date was altered", entry -> altered(entry, 17)),
          Named.of("its end was altered", entry -> altered(entry, 33)),
          Named.of("its nonce was altered", entry -> altered(entry, 34)),
          Named.of("its text was altered", entry -> altered(entry, 60)),
          Named.of("its tag was altered", entry -> altered(entry, entry.length() - 1)),
          Named.of("it was made a refusal", entry -> "2R" + entry.substring(2)),
          Named.of("its last byte was cut off", entry -> entry.substring(0, entry.length() - 1)),
          Named.of("all but its header was cut off", entry -> entry.substring(0, 34)),
          Named.of("something was added", entry -> entry + "\0"),
          Named.of("garbage took its place", _ -> "garbage"),
          Named.of("garbage with the latest date did", _ -> "2E" + latestDates() + "garbage"),
          Named.of("a refusal with the latest date did", _ -> "2R" + latestDates()),
          Named.of("it was sealed with another key", _ -> sealedWithAnotherKey()));
    }

    private static String altered(String entry, int index) {
      var other = (char) (entry.charAt(index) ^ 1);
      return entry.substring(0, index) + other + entry.substring(index + 1);
    }

    private static String sealedWithAnotherKey() {
      var secret = Secrets.text("app/db", "v1", "planted");
      var content =
          new Content.Entry(secret, Instant.EPOCH, Instant.EPOCH, Instant.MAX, Instant.MAX);
      var codec = codec(TestAgent.key(9), TestAgent.PRINCIPAL);
      return new String(codec.seal(ENTRY_KEY, content).bytes(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void is_a_miss_that_is_told_and_taken_away(UnaryOperator<String> damage) {
      intruder.put(ENTRY_KEY, damage.apply(sealed(QUERY)));
      var reader = agent();
      assertThat(reader.findsShared(QUERY)).isEmpty();
      assertThat(reader.told()).contains(SharedRead.UNREADABLE).doesNotContain(SharedRead.FOUND);
      assertThat(intruder.finds(ENTRY_KEY)).isFalse();
      metNoError(reader);
      isShared(QUERY);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void supplies_nobody_who_waits_for_the_lead(UnaryOperator<String> damage) {
      intruder.put(ENTRY_KEY, damage.apply(sealed(QUERY)));
      var reader = agent();
      assertThat(reader.requestsLead(QUERY))
          .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
      assertThat(reader.told()).contains(SharedRead.UNREADABLE).doesNotContain(SharedRead.FOUND);
      assertThat(intruder.finds(ENTRY_KEY)).isFalse();
      metNoError(reader);
      isShared(QUERY);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void takes_no_copy_from_who_has_one(UnaryOperator<String> damage) {
      var agent = agent();
      var entry = agent.reads(QUERY, "v1");
      var envelope = intruder.await(ENTRY_KEY, () -> agent.cache.store(QUERY, entry));
      intruder.put(ENTRY_KEY, damage.apply(envelope));
      assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
      // What is announced after a look at the store has the copy looked at once more.
      assertSoon(() -> hasCopyAfterALook(agent, entry));
      assertThat(agent.told()).contains(SharedRead.UNREADABLE);
    }

    private static boolean hasCopyAfterALook(TestAgent agent, CacheEntry entry) {
      return agent.findsShared(QUERY).isPresent()
          && agent.cache.find(QUERY).map(CacheEntry::secret).equals(Optional.of(entry.secret()));
    }
  }

  @Nested
  class An_entry_that_was_moved {
    @Test
    void to_another_secret_is_a_miss_there() {
      var one = sealed(QUERY);
      intruder.put(ENTRY_KEY, sealed(ANOTHER));
      intruder.put(CODEC.key(ANOTHER), one);
      isAMiss(QUERY);
      isAMiss(ANOTHER);
    }

    @Test
    void to_another_version_is_a_miss_there() {
      var former = Secrets.byStage("app/db", "ACSPrevious");
      intruder.put(CODEC.key(former), sealed(QUERY));
      isAMiss(former);
    }

    @Test
    void to_another_spelling_is_a_miss_there() {
      var arn = Secrets.current("acs:kms:cn-hangzhou:1234567890:secret/app/db");
      intruder.put(CODEC.key(arn), sealed(QUERY));
      isAMiss(arn);
    }

    private void isAMiss(SecretQuery query) {
      var reader = agent();
      assertThat(reader.findsShared(query)).isEmpty();
      assertThat(reader.told()).contains(SharedRead.UNREADABLE).doesNotContain(SharedRead.FOUND);
      assertThat(intruder.finds(CODEC.key(query))).isFalse();
      isShared(query);
    }
  }

  @Nested
  class A_refusal_that_was_made_up {
    @Test
    void hides_nothing_and_keeps_nothing_out() {
      refusesNothing("2R" + latestDates() + "garbage");
    }

    @Test
    void of_that_of_another_secret_hides_nothing() {
      var agent = agent();
      var elsewhere = CODEC.key(ANOTHER).gone();
      agent.stores(ANOTHER, "v1");
      refusesNothing(intruder.await(elsewhere, () -> agent.cache.evictAll(ANOTHER.name())));
    }

    private void refusesNothing(String word) {
      sealed(QUERY);
      intruder.put(ENTRY_KEY.gone(), word);
      var reader = agent();
      assertThat(reader.findsShared(QUERY)).isPresent();
      assertThat(reader.told()).contains(SharedRead.UNREADABLE, SharedRead.FOUND);
      assertThat(intruder.finds(ENTRY_KEY.gone())).isFalse();
      isShared(QUERY);
    }
  }

  /** Only a clock that was set back since can have dated it. */
  @ParameterizedTest
  @ValueSource(strings = {"2E", "2R"})
  void one_dated_later_than_now_is_taken_away(String kind) {
    intruder.put(ENTRY_KEY, kind + LAST_DATES + "garbage");
    assertThat(agent().findsShared(QUERY)).isEmpty();
    assertThat(intruder.finds(ENTRY_KEY)).isFalse();
    isShared(QUERY);
  }

  /** Else every call for the secret would fail, for ever. */
  @Test
  void something_else_in_the_place_of_a_hash_is_a_miss_and_taken_away() {
    redis.configure("SET", ENTRY_KEY.hash(), "garbage");
    var agent = agent();
    assertThat(agent.findsShared(QUERY)).isEmpty();
    assertThat(agent.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    var entry = agent.stores(QUERY, "v1");
    assertThat(agent().findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    assertThat(agent.events.of(SharedCacheCalled.class))
        .extracting(SharedCacheCalled::outcome)
        .containsOnly(new SharedCacheOutcome.Done());
  }
}
