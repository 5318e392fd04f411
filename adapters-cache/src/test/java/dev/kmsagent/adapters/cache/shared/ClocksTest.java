package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** Agents whose clocks differ. */
class ClocksTest extends OnRedis {
  private static final Duration TOO_FAR = Duration.ofSeconds(70);
  private static final Duration CLOSE = Duration.ofSeconds(50);

  /** Is gone once it has put something there. */
  private CacheEntry storedAhead(Duration time) {
    var clock = InstantSource.offset(InstantSource.system(), time);
    try (var writer = start(plan().clock(clock))) {
      var entry = writer.reads(QUERY, "v1");
      intruder.await(ENTRY_KEY, () -> writer.cache.store(QUERY, entry));
      return entry;
    }
  }

  @Test
  void an_entry_from_the_future_is_not_used() {
    storedAhead(TOO_FAR);
    var reader = agent();
    assertThat(reader.findsShared(QUERY)).isEmpty();
    assertThat(reader.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(reader.told()).containsOnly(SharedRead.AHEAD);
  }

  @Test
  void an_entry_from_as_far_ahead_as_clocks_may_differ_is_used() {
    var entry = storedAhead(CLOSE);
    var reader = agent();
    assertThat(reader.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    assertThat(reader.requestsLead(QUERY)).isInstanceOf(LeadDecision.Supplied.class);
    assertThat(reader.told()).containsOnly(SharedRead.FOUND);
  }

  @Test
  void an_entry_from_the_past_is_used_as_long_as_by_the_one_who_read_it() {
    var entry = storedAhead(Duration.ofHours(-1));
    assertThat(agent().findsShared(QUERY)).contains(entry);
  }

  @Test
  void an_entry_is_fresh_for_no_longer_than_the_reader_allows() {
    var entry = storedAhead(Duration.ZERO);
    var taken = start(plan().ttl(Duration.ofMinutes(1))).findsShared(QUERY).orElseThrow();
    assertThat(taken.readAt()).isEqualTo(entry.readAt());
    assertThat(taken.freshUntil()).isEqualTo(entry.readAt().plusSeconds(60));
    assertThat(taken.staleUntil()).isEqualTo(taken.freshUntil().plus(Duration.ofDays(1)));
  }

  @Test
  void an_entry_from_ahead_is_fresh_for_no_longer_than_one_ttl_however_often_it_is_looked_at() {
    storedAhead(CLOSE);
    var time = new VirtualTime();
    time.advance(Duration.between(time.instant(), InstantSource.system().instant()));
    var reader = start(plan().clock(time));
    var end = time.instant().plus(Duration.ofMinutes(5));
    assertThat(reader.findsShared(QUERY).orElseThrow().freshUntil()).isEqualTo(end);
    time.advance(Duration.ofSeconds(30));
    assertSoon(() -> reader.findsShared(QUERY).isPresent() && reader.told().size() > 1);
    assertThat(reader.findsShared(QUERY).orElseThrow().freshUntil()).isEqualTo(end);
  }

  @Test
  void an_entry_from_ahead_by_more_than_a_ttl_is_not_used() {
    storedAhead(CLOSE);
    var reader = start(plan().ttl(Duration.ofSeconds(20)));
    assertThat(reader.findsShared(QUERY)).isEmpty();
    assertThat(reader.told()).containsOnly(SharedRead.AHEAD);
  }
}
