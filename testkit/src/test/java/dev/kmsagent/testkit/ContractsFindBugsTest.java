package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * Implementations with one bug each: the contract fails on each, in the test that names the bug.
 */
final class ContractsFindBugsTest {
  @Nested
  final class Of_a_cache {
    @Test
    void that_lets_any_entry_replace_another() {
      assertThat(failures(LastWriteWins.class))
          .contains("an_entry_that_was_read_earlier_does_not_replace");
    }

    @Test
    void that_takes_an_arn_for_another_secret() {
      assertThat(failures(ByExactName.class))
          .containsExactly(
              "the_cached_queries_of_a_secret_are_its_name_and_its_arns_in_every_version");
    }

    @Test
    void that_takes_a_name_with_the_same_end_for_a_spelling() {
      assertThat(failures(ByEndOfName.class))
          .containsExactly("names_that_only_resemble_a_secret_are_not_among_its_cached_queries");
    }

    @Test
    void that_never_grants_the_lead() {
      assertThat(failures(NobodyLeads.class))
          .contains("the_first_to_ask_leads", "a_request_after_its_deadline_leads");
    }

    @Test
    void that_evicts_one_version_for_all() {
      assertThat(failures(EvictsOneForAll.class))
          .containsExactly("evicting_all_leaves_nothing_of_the_name_in_any_version");
    }

    @Test
    void that_finds_nothing_shared() {
      assertThat(failures(FindsNothingShared.class)).contains("find_shared_finds_what_find_finds");
    }

    @Test
    void that_forgets_to_evict() {
      assertThat(failures(NeverEvicts.class))
          .contains(
              "what_is_evicted_is_not_found", "what_was_evicted_is_not_among_the_cached_queries");
    }
  }

  @Nested
  final class Of_caches_that_share {
    @Test
    void none_in_good_ones() {
      assertThat(failures(SharingCaches.class)).isEmpty();
    }

    @Test
    void that_let_any_entry_replace_another() {
      assertThat(failures(LastOneShared.class))
          .contains("an_earlier_reading_by_another_agent_replaces_nothing");
    }

    @Test
    void that_forget_what_was_refused() {
      assertThat(failures(ForgetRefusals.class))
          .contains("what_was_read_before_a_refusal_is_not_shared_after_it");
    }

    @Test
    void that_all_lead() {
      assertThat(failures(AllLead.class))
          .contains("of_two_agents_one_leads_and_supplies_the_other");
    }

    @Test
    void that_supply_what_is_too_old() {
      assertThat(failures(SupplyAnything.class))
          .containsExactly("what_was_read_too_early_supplies_nobody");
    }
  }

  @Nested
  final class Of_a_receiver {
    @Test
    void that_counts_in_nanoseconds() {
      assertThat(failures(CountsNanos.class)).containsExactly("it_takes_durations_of_any_length");
    }
  }

  private static Set<String> failures(Class<?> contract) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(contract))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getLegacyReportingName())
        .map(name -> name.substring(0, name.indexOf('(')))
        .collect(Collectors.toSet());
  }

  /** A good cache; each of those below gets one thing wrong. */
  static class Base extends ForwardingSecretCache implements SecretCacheContract {
    final FakeSecretCache good;

    Base() {
      this(new FakeSecretCache());
    }

    private Base(FakeSecretCache good) {
      super(good);
      this.good = good;
    }

    @Override
    public SecretCache cache() {
      return this;
    }
  }

  static final class LastWriteWins extends Base {
    @Override
    public synchronized void store(SecretQuery query, CacheEntry entry) {
      good.evict(query);
      good.store(query, entry);
    }
  }

  static final class ByExactName extends Base {
    @Override
    public Set<SecretQuery> cachedQueries(SecretName plainName) {
      return good.cachedQueries(plainName).stream()
          .filter(query -> query.name().equals(plainName))
          .collect(Collectors.toSet());
    }
  }

  static final class ByEndOfName extends Base {
    private final Set<SecretQuery> stored = ConcurrentHashMap.newKeySet();

    @Override
    public void store(SecretQuery query, CacheEntry entry) {
      good.store(query, entry);
      stored.add(query);
    }

    @Override
    public Set<SecretQuery> cachedQueries(SecretName plainName) {
      return stored.stream()
          .filter(query -> query.name().value().endsWith(plainName.value()))
          .filter(query -> good.find(query).isPresent())
          .collect(Collectors.toSet());
    }
  }

  static final class NobodyLeads extends Base {
    @Override
    public CompletionStage<LeadDecision> requestLead(
        SecretQuery query, Instant readAfter, Instant deadline) {
      return CompletableFuture.failedFuture(new IllegalStateException("nobody leads"));
    }
  }

  static final class EvictsOneForAll extends Base {
    @Override
    public void evictAll(SecretName name) {
      good.evict(SecretQuery.current(name));
    }
  }

  static final class FindsNothingShared extends Base {
    @Override
    public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }

  static final class NeverEvicts extends Base {
    @Override
    public void evict(SecretQuery query) {}
  }

  static final class LastOneShared extends SharingCaches {
    @Override
    void share(SecretQuery query, CacheEntry entry) {
      shared.put(query, entry);
    }
  }

  static final class ForgetRefusals extends SharingCaches {
    @Override
    void unshare(SecretName plainName) {
      super.unshare(plainName);
      refused.clear();
    }
  }

  static final class AllLead extends SharingCaches {
    @Override
    LeadDecision turnOf(SecretQuery query, Instant readAfter, Instant end) {
      return LeadDecision.Lead.UNSHARED;
    }
  }

  static final class SupplyAnything extends SharingCaches {
    @Override
    LeadDecision turnOf(SecretQuery query, Instant readAfter, Instant end) {
      return super.turnOf(query, Instant.MIN, end);
    }
  }

  static final class CountsNanos implements AgentEvents, AgentEventsContract {
    @Override
    public AgentEvents receiver() {
      return this;
    }

    @Override
    public void publish(AgentEvent event) {
      if (event instanceof SecretRead read) {
        var _ = read.took().toNanos();
      }
    }
  }
}
