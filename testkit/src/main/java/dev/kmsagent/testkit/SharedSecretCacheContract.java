package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every {@link SecretCache} does that agents share, besides {@link SecretCacheContract}. */
public interface SharedSecretCacheContract extends TestedCache {
  /** Another agent's cache, as the same principal: one for each test, the same throughout it. */
  SecretCache peer();

  @Test
  default void what_one_agent_stores_another_finds_shared_and_has_from_then_on() {
    var entry = fresh("v1");
    peer().store(Secrets.current("app/db"), entry);
    assertThat(cache().find(Secrets.current("app/db"))).isEmpty();
    assertSoonRecalled(cache(), Secrets.current("app/db"), entry);
    assertThat(isSameRead(cache().find(Secrets.current("app/db")), entry)).isTrue();
  }

  @Test
  default void find_shared_finds_lapsed_entries_too() {
    var lapsed = entryReadAt(now().minus(Duration.ofHours(1)), "v1");
    peer().store(Secrets.current("app/db"), lapsed);
    assertSoonRecalled(cache(), Secrets.current("app/db"), lapsed);
  }

  @Test
  default void find_shared_after_its_deadline_finds_what_is_in_this_process() {
    var entry = fresh("v1");
    cache().store(Secrets.current("app/db"), entry);
    var found = join(cache().findShared(Secrets.current("app/db"), now()));
    assertThat(isSameRead(found, entry)).isTrue();
  }

  @Test
  default void values_of_every_size_and_script_are_shared() {
    for (var value : List.of("", "密".repeat(LARGEST / 3), "{\"a\":\"\\u0000\"}")) {
      var secret = Secrets.text("app/" + value.length(), "v1", value);
      var query = Secrets.current(secret.name().value());
      peer().store(query, Secrets.entry(secret, now()));
      await(() -> findShared(cache(), query).filter(e -> e.secret().equals(secret)).isPresent());
    }
  }

  @Test
  default void each_version_is_shared_as_itself() {
    var entry = fresh("v1");
    peer().store(Secrets.byId("app/db", "v1"), entry);
    assertSoonRecalled(cache(), Secrets.byId("app/db", "v1"), entry);
    assertThat(findShared(cache(), Secrets.current("app/db"))).isEmpty();
  }

  @Test
  default void a_later_reading_by_another_agent_is_seen_soon() {
    var earlier = fresh("v1");
    cache().store(Secrets.current("app/db"), earlier);
    assertSoonRecalled(peer(), Secrets.current("app/db"), earlier);
    var later = fresh("v2");
    peer().store(Secrets.current("app/db"), later);
    await(() -> isSameRead(at(cache(), Secrets.current("app/db")), later));
  }

  @Test
  default void an_earlier_reading_by_another_agent_replaces_nothing() {
    var later = fresh("v2");
    var earlier = entryReadAt(later.readAt().minus(NEARLY), "v1");
    cache().store(Secrets.current("app/db"), later);
    assertSoonRecalled(peer(), Secrets.current("app/db"), later);
    peer().store(Secrets.current("app/db"), earlier);
    assertThat(isSameRead(findShared(peer(), Secrets.current("app/db")), later)).isTrue();
    assertThat(isSameRead(findShared(cache(), Secrets.current("app/db")), later)).isTrue();
  }

  @Test
  default void what_one_agent_evicts_is_soon_gone_for_all() {
    shareOne();
    cache().evict(Secrets.current("app/db"));
    await(() -> at(peer(), Secrets.current("app/db")).isEmpty());
  }

  @Test
  default void what_one_agent_evicts_in_all_versions_is_soon_gone_for_all_in_every_one() {
    shareOne();
    var onlyThere = Secrets.byId("app/db", "v1");
    peer().store(onlyThere, fresh("v1"));
    cache().evictAll(new SecretName("app/db"));
    await(() -> at(peer(), Secrets.current("app/db")).isEmpty() && at(peer(), onlyThere).isEmpty());
  }

  @Test
  default void what_was_read_before_a_refusal_is_not_shared_after_it() {
    shareOne();
    var entry = fresh("v2");
    cache().evictAll(new SecretName("app/db"));
    findShared(cache(), Secrets.current("app/db"));
    peer().store(Secrets.current("app/db"), entry);
    findShared(peer(), Secrets.current("app/db"));
    assertThat(findShared(cache(), Secrets.current("app/db"))).isEmpty();
  }

  @Test
  default void who_stores_what_was_read_before_a_refusal_soon_drops_it_too() {
    shareOne();
    var entry = fresh("v2");
    peer().evictAll(new SecretName("app/db"));
    findShared(peer(), Secrets.current("app/db"));
    cache().store(Secrets.current("app/db"), entry);
    await(() -> cache().find(Secrets.current("app/db")).isEmpty());
  }

  @Test
  default void who_stores_what_was_read_before_another_agents_reading_soon_has_that_one() {
    var later = fresh("v2");
    var earlier = entryReadAt(later.readAt().minusSeconds(1), "v1");
    peer().store(Secrets.current("app/db"), later);
    findShared(peer(), Secrets.current("app/db"));
    cache().store(Secrets.current("app/db"), earlier);
    await(() -> isSameRead(at(cache(), Secrets.current("app/db")), later));
  }

  /** At once it may seem to have been read before: the agents know only nearly when it was. */
  @Test
  default void what_is_read_after_a_refusal_is_shared_again() {
    cache().evictAll(new SecretName("app/db"));
    findShared(cache(), Secrets.current("app/db"));
    await(
        () -> {
          var entry = fresh("v2");
          peer().store(Secrets.current("app/db"), entry);
          return isSameRead(findShared(cache(), Secrets.current("app/db")), entry);
        });
  }

  @Test
  default void of_two_agents_one_leads_and_supplies_the_other() {
    var start = now();
    var lead = (LeadDecision.Lead) join(requestLead(cache(), Instant.MIN));
    var waiting = requestLead(peer(), Instant.MIN);
    var entry = fresh("v1");
    cache().store(Secrets.current("app/db"), entry);
    lead.release();
    var decision = join(waiting);
    var isLeaseOver = Duration.between(start, now()).compareTo(LEASE) >= 0;
    if (decision instanceof LeadDecision.Lead second && isLeaseOver) {
      second.release();
      cache().store(Secrets.current("app/db"), entry);
      assertSoonRecalled(peer(), Secrets.current("app/db"), entry);
      decision = join(requestLead(peer(), Instant.MIN));
    }
    assertThat(decision)
        .isInstanceOfSatisfying(
            LeadDecision.Supplied.class,
            supplied -> assertThat(isSameRead(Optional.of(supplied.entry()), entry)).isTrue());
    assertThat(isSameRead(peer().find(Secrets.current("app/db")), entry)).isTrue();
  }

  @Test
  default void who_waits_leads_once_the_leader_has_given_up() {
    var lead = (LeadDecision.Lead) join(requestLead(cache(), Instant.MIN));
    var waiting = requestLead(peer(), Instant.MIN);
    lead.release();
    assertThat(join(waiting))
        .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
  }

  @Test
  default void who_waits_leads_although_the_leader_never_comes_back() {
    var _ = join(requestLead(cache(), Instant.MIN));
    assertThat(join(requestLead(peer(), Instant.MIN))).isInstanceOf(LeadDecision.Lead.class);
  }

  @Test
  default void what_was_read_too_early_supplies_nobody() {
    var entry = fresh("v1");
    peer().store(Secrets.current("app/db"), entry);
    assertSoonRecalled(cache(), Secrets.current("app/db"), entry);
    assertThat(join(requestLead(cache(), entry.readAt())))
        .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
  }

  private void shareOne() {
    var entry = fresh("v1");
    cache().store(Secrets.current("app/db"), entry);
    assertSoonRecalled(peer(), Secrets.current("app/db"), entry);
  }

  /** After which a lease ends: a machine that is busy for longer makes the waiting agent lead. */
  Duration LEASE = Duration.ofSeconds(3);

  /** More than an exchange with the store takes on a busy machine. */
  Duration NEARLY = Duration.ofSeconds(10);

  /** What KMS has at most in a secret. */
  int LARGEST = 30 * 1024;

  /** What a reader gets without asking KMS. */
  private Optional<CacheEntry> at(SecretCache cache, SecretQuery query) {
    var found = cache.find(query);
    return found.isPresent() ? found : findShared(cache, query);
  }

  private Optional<CacheEntry> findShared(SecretCache cache, SecretQuery query) {
    return join(cache.findShared(query, now().plusSeconds(5)));
  }

  private CompletionStage<LeadDecision> requestLead(SecretCache cache, Instant readAfter) {
    return cache.requestLead(Secrets.current("app/db"), readAfter, now().plusSeconds(10));
  }

  private void assertSoonRecalled(SecretCache cache, SecretQuery query, CacheEntry entry) {
    await(() -> isSameRead(findShared(cache, query), entry));
  }

  /** Agents know only nearly when another one read an entry. */
  private static boolean isSameRead(Optional<CacheEntry> one, CacheEntry other) {
    return one.map(CacheEntry::secret).filter(other.secret()::equals).isPresent()
        && one.map(CacheEntry::readAt)
            .filter(at -> Duration.between(at, other.readAt()).abs().compareTo(NEARLY) < 0)
            .isPresent();
  }

  private Instant now() {
    return clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  private CacheEntry fresh(String value) {
    return entryReadAt(now(), value);
  }

  private static CacheEntry entryReadAt(Instant readAt, String value) {
    return Secrets.entry(Secrets.text("app/db", value, value), readAt);
  }
}
