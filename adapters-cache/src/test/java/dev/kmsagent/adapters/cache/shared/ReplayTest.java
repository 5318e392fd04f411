package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/**
 * What was in the store once and was put back: by an attacker, or by a server that lost data. The
 * agents are not told of it: else they would write again what is missing before they read.
 */
class ReplayTest extends OnFakeStore {
  private final SimulatedCache writer = plan().start();
  private final SimulatedCache reader = plan().start();

  /** Shares an entry of the writer; gives what is in the store then. */
  private String shared(String value) {
    shares(writer, QUERY, value);
    return store.stored(ENTRY_KEY);
  }

  @Test
  void an_older_entry_replaces_nothing_that_an_agent_has_seen() {
    var older = shared("v1");
    var newer = shares(writer, QUERY, "v2");
    assertThat(reader.foundShared(QUERY)).contains(newer);
    store.overwrite(ENTRY_KEY, older);
    assertThat(reader.foundShared(QUERY)).contains(newer);
    assertThat(reader.told()).contains(SharedRead.OUTDATED);
  }

  @Test
  void an_older_entry_replaces_nothing_that_the_agent_read_itself() {
    var older = shared("v1");
    var newer = shares(writer, QUERY, "v2");
    store.overwrite(ENTRY_KEY, older);
    assertThat(writer.foundShared(QUERY)).contains(newer);
    assertThat(writer.told()).contains(SharedRead.OUTDATED);
  }

  @Test
  void an_older_entry_supplies_nobody_who_has_seen_a_newer_one() {
    var older = shared("v1");
    shares(writer, QUERY, "v2");
    store.overwrite(ENTRY_KEY, older);
    assertThat(writer.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(writer.told()).contains(SharedRead.OUTDATED);
  }

  @Test
  void an_entry_that_was_refused_since_is_not_used_by_the_agent_to_which_it_was() {
    var older = shared("v1");
    refused(writer, QUERY);
    store.overwrite(ENTRY_KEY, older);
    assertThat(writer.foundShared(QUERY)).isEmpty();
    assertThat(writer.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(writer.told()).contains(SharedRead.REVOKED);
  }

  @Test
  void an_entry_that_was_refused_since_is_not_used_by_an_agent_that_heard_of_it() {
    var older = shared("v1");
    assertThat(reader.foundShared(QUERY)).isPresent();
    refused(writer, QUERY);
    assertThat(reader.judged(QUERY)).isEqualTo(SharedRead.REVOKED);
    store.overwrite(ENTRY_KEY, older);
    assertThat(reader.foundShared(QUERY)).isEmpty();
    assertThat(reader.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
  }

  /** By the clock of the store, which agents know to a microsecond here. */
  @Test
  void an_entry_of_the_date_of_its_refusal_is_not_used() {
    var latest = store.time.instant().plus(1, ChronoUnit.MICROS);
    writer.share(QUERY, Secrets.entry(Secrets.text("app/db", "v1", "v1"), latest));
    var entry = store.stored(ENTRY_KEY);
    writer.cache.evict(QUERY);
    writer.tasks.doAll();
    assertThat(store.stored(ENTRY_KEY).substring(2, 18)).isEqualTo(entry.substring(2, 18));
    store.overwrite(ENTRY_KEY, entry);
    assertThat(writer.judged(QUERY)).isEqualTo(SharedRead.REVOKED);
  }

  @Test
  void a_refusal_hides_nothing_that_was_read_since() {
    shared("v1");
    refused(writer, QUERY);
    var refusal = store.stored(ENTRY_KEY);
    assertThat(refusal).startsWith("2R");
    var newer = shares(writer, QUERY, "v2");
    store.overwrite(ENTRY_KEY, refusal);
    assertThat(writer.foundShared(QUERY)).contains(newer);
    assertThat(writer.told()).contains(SharedRead.REVOKED);
  }
}
