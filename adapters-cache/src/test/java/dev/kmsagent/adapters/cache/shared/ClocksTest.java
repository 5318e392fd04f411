package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.TemporalUnitOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents whose clocks differ: entries go by the clock of Redis. */
class ClocksTest extends OnRedis {
  private static final TemporalUnitOffset CLOSELY = Assertions.within(5, ChronoUnit.SECONDS);

  /** Is gone once it has put something there. */
  private CacheEntry storedBy(Duration ahead, Duration age) {
    try (var writer = start(plan().clock(ahead(ahead)))) {
      var entry =
          Secrets.entry(Secrets.text(QUERY.name().value(), "v1", "v1"), writer.now().minus(age));
      intruder.await(ENTRY_KEY, () -> writer.cache.store(QUERY, entry));
      return entry;
    }
  }

  private static InstantSource ahead(Duration time) {
    return InstantSource.offset(InstantSource.system(), time);
  }

  @ParameterizedTest
  @ValueSource(ints = {-800, -60, 60, 800})
  void an_entry_is_as_old_as_it_is_whatever_the_clocks_of_agents_say(int secondsAhead) {
    storedBy(Duration.ofSeconds(secondsAhead), Duration.ofMinutes(2));
    var reader = agent();
    var found = reader.findsShared(QUERY).orElseThrow();
    assertThat(found.readAt()).isCloseTo(Instant.now().minusSeconds(120), CLOSELY);
    assertThat(found.freshUntil()).isCloseTo(Instant.now().plusSeconds(180), CLOSELY);
    assertThat(reader.requestsLead(QUERY)).isInstanceOf(LeadDecision.Supplied.class);
    assertThat(reader.told()).containsOnly(SharedRead.FOUND);
  }

  @Test
  void an_agent_whose_clock_is_too_far_off_does_not_share() {
    storedBy(Duration.ZERO, Duration.ZERO);
    var reader = start(plan().clock(ahead(Duration.ofMinutes(16))));
    assertThat(reader.findsShared(QUERY)).isEmpty();
    assertThat(reader.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(reader.told()).isEmpty();
  }

  @Test
  void an_entry_is_fresh_for_no_longer_than_the_reader_allows() {
    var entry = storedBy(Duration.ZERO, Duration.ZERO);
    var taken = start(plan().ttl(Duration.ofMinutes(1))).findsShared(QUERY).orElseThrow();
    assertThat(taken.readAt()).isCloseTo(entry.readAt(), CLOSELY).isBeforeOrEqualTo(entry.readAt());
    assertThat(taken.freshUntil()).isEqualTo(taken.readAt().plusSeconds(60));
    assertThat(taken.staleUntil()).isEqualTo(taken.freshUntil().plus(Duration.ofDays(1)));
  }
}
