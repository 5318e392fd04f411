package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents whose clocks differ: entries go by the clock of the store. */
class StoreClocksTest extends OnFakeStore {
  private Instant now() {
    return store.time.instant();
  }

  private CacheEntry sharedBy(Duration ahead, Duration age) {
    var entry = Secrets.entry(Secrets.text("app/db", "v1", "v1"), now().plus(ahead).minus(age));
    start(plan().ahead(ahead)).share(QUERY, entry);
    return entry;
  }

  @ParameterizedTest
  @ValueSource(ints = {-800, -60, 60, 800})
  void an_entry_is_as_old_as_it_is_whatever_the_clocks_of_agents_say(int secondsAhead) {
    sharedBy(Duration.ofSeconds(secondsAhead), Duration.ofMinutes(2));
    var reader = agent();
    var found = reader.foundShared(QUERY).orElseThrow();
    assertThat(found.readAt()).isEqualTo(now().minusSeconds(120));
    assertThat(found.freshUntil()).isEqualTo(now().plusSeconds(180));
    assertThat(reader.requestedLead(QUERY)).isInstanceOf(LeadDecision.Supplied.class);
    assertThat(reader.told()).containsOnly(SharedRead.FOUND);
  }

  @Test
  void an_entry_is_fresh_for_no_longer_than_the_reader_allows() {
    var entry = sharedBy(Duration.ZERO, Duration.ZERO);
    var taken = start(plan().ttl(Duration.ofMinutes(1))).foundShared(QUERY).orElseThrow();
    assertThat(taken.readAt()).isEqualTo(entry.readAt());
    assertThat(taken.freshUntil()).isEqualTo(taken.readAt().plusSeconds(60));
    assertThat(taken.staleUntil()).isEqualTo(taken.freshUntil().plus(Duration.ofDays(1)));
  }
}
