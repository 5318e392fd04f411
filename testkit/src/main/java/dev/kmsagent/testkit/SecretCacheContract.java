package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.SecretCache;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SecretCache} does. The cache under test has room for 1000 entries and 16 MiB,
 * and nothing else writes to it.
 */
public interface SecretCacheContract {
  /** A large secret: KMS itself stops at 30 KiB. */
  int LARGE = 512 * 1024;

  /** When the entries of a test were read, unless it says otherwise. */
  Instant READ = VirtualTime.START;

  /** The cache under test: one for each test, empty at first, the same throughout it. */
  SecretCache cache();

  /** The clock by which the cache under test judges deadlines. */
  default InstantSource clock() {
    return InstantSource.system();
  }

  /** Returns once the condition holds, which the cache brings about in the background. */
  default void await(BooleanSupplier condition) {
    Patience.assertSoon(condition);
  }

  /** What the stage completes with. */
  default <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  /** Takes away what stands behind the cache, if anything does. */
  default void cutOff() {}

  @Test
  default void a_value_of_any_size_is_found_as_it_was_stored() {
    for (var value : List.of("hunter2", "", "密".repeat(LARGE / 3))) {
      var query = Secrets.current("app/" + value.length());
      var entry = entry("v1", value);
      cache().store(query, entry);
      assertThat(cache().find(query)).contains(entry);
    }
  }

  @Test
  default void an_entry_past_all_its_dates_is_kept() {
    var entry = entryReadAt(Instant.EPOCH, "v1");
    cache().store(Secrets.current("app/db"), entry);
    assertThat(cache().find(Secrets.current("app/db"))).contains(entry);
  }

  @Test
  default void versions_and_names_of_any_kind_are_kept_apart() {
    var versions =
        Stream.of(
            Secrets.byId("app/db", "v1"),
            Secrets.byId("app/db", "v2"),
            Secrets.byId("app/db", "ACSCurrent"),
            Secrets.byStage("app/db", "ACSPrevious"));
    var names =
        Stream.of(
            "app/db|a|A|a/|/a|a//b|a:b|a b|a%20b|a+b|{a}|a*|密|é|e\u0301|a\u2028b".split("[|]"),
            new String[] {"x".repeat(511), "x".repeat(512)});
    var queries = Stream.concat(versions, names.flatMap(Stream::of).map(Secrets::current)).toList();
    storeAll(queries);
    assertThat(IntStream.range(0, queries.size()))
        .allSatisfy(i -> assertThat(cache().find(queries.get(i))).contains(numbered(i)));
  }

  @Test
  default void an_entry_replaces_any_but_one_that_was_read_later() {
    var query = Secrets.current("app/db");
    var later = entryReadAt(READ.plusMillis(1), "v2");
    cache().store(query, entryReadAt(READ, "v1"));
    cache().store(query, later);
    assertThat(cache().find(query)).contains(later);
    cache().store(query, entryReadAt(READ, "v1"));
    assertThat(cache().find(query)).contains(later);
    var lapsed = later.lapsed(READ.plusSeconds(1));
    cache().store(query, lapsed);
    assertThat(cache().find(query)).contains(lapsed);
  }

  @Test
  default void what_is_evicted_is_not_found_and_other_versions_stay() {
    var entry = entry("v1", "hunter2");
    cache().store(Secrets.current("app/db"), entry);
    cache().store(Secrets.byId("app/db", "v1"), entry);
    cache().evict(Secrets.current("app/db"));
    assertThat(at(Secrets.current("app/db"))).isEmpty();
    assertThat(cache().find(Secrets.byId("app/db", "v1"))).contains(entry);
    assertThat(cache().cachedQueries(new SecretName("app/db")))
        .containsExactly(Secrets.byId("app/db", "v1"));
  }

  /** At once it may seem to have been read before: agents know only nearly when it was evicted. */
  @Test
  default void after_an_eviction_a_new_reading_is_kept() {
    cache().store(Secrets.current("app/db"), entryReadAt(READ, "v1"));
    cache().evict(Secrets.current("app/db"));
    await(
        () -> {
          var entry = entryReadAt(clock().instant().plusMillis(1), "v1");
          cache().store(Secrets.current("app/db"), entry);
          return cache().find(Secrets.current("app/db")).equals(Optional.of(entry));
        });
  }

  @Test
  default void evicting_all_leaves_no_version_of_the_name_and_all_others() {
    var versions =
        List.of(
            Secrets.current("app/db"),
            Secrets.byId("app/db", "v1"),
            Secrets.byStage("app/db", "ACSPrevious"));
    var others =
        List.of(
            Secrets.current("app/db2"),
            Secrets.current("an/app/db"),
            Secrets.current("acs:kms:cn-hangzhou:4711:secret/app/db"));
    storeAll(versions);
    storeAll(others);
    cache().evictAll(new SecretName("app/db"));
    assertThat(versions)
        .allSatisfy(query -> assertThat(cache().find(query)).isEmpty())
        .allSatisfy(query -> assertThat(findShared(query)).isEmpty());
    assertThat(others)
        .allSatisfy(query -> assertThat(cache().find(query)).isPresent())
        .allSatisfy(query -> assertThat(at(query)).isPresent());
    assertThat(cache().cachedQueries(new SecretName("app/db"))).containsExactly(others.getLast());
  }

  @Test
  default void the_cached_queries_of_a_secret_are_its_name_and_its_arns_in_every_version() {
    var arn = "acs:kms:cn-hangzhou:1234567890:secret/app/db";
    var spellings =
        List.of(
            Secrets.current("app/db"),
            Secrets.byId("app/db", "v1"),
            Secrets.current(arn),
            Secrets.byStage(arn, "ACSPrevious"));
    storeAll(spellings);
    storeAll(
        List.of(
            Secrets.current("app/db2"),
            Secrets.current("an/app/db"),
            Secrets.current("App/db"),
            Secrets.current("secret/app/db"),
            Secrets.current("acs:kms:cn-hangzhou:1234567890:secret/an/app/db")));
    assertThat(cache().cachedQueries(new SecretName("app/db")))
        .containsExactlyInAnyOrderElementsOf(spellings);
  }

  @Test
  default void occupancy_is_the_sum_of_what_is_kept() {
    assertThat(cache().occupancy()).isEqualTo(new SecretCache.Occupancy(0, 0));
    var small = entry("v1", "");
    var large = entry("v1", "x".repeat(LARGE));
    cache().store(Secrets.current("small"), small);
    cache().store(Secrets.current("large"), large);
    assertThat(cache().occupancy())
        .isEqualTo(new SecretCache.Occupancy(2, (long) small.size() + large.size()));
    var shorter = entryReadAt(READ.plusMillis(1), "v");
    cache().store(Secrets.current("large"), shorter);
    cache().evict(Secrets.current("small"));
    assertThat(cache().occupancy()).isEqualTo(new SecretCache.Occupancy(1, shorter.size()));
  }

  @Test
  default void of_many_writers_the_one_that_read_last_wins() {
    var readings =
        new ArrayList<>(
            IntStream.range(0, 500)
                .mapToObj(i -> entryReadAt(READ.plusMillis(i), "v" + i))
                .toList());
    var last = readings.getLast();
    Collections.shuffle(readings, new Random(2025));
    atOnce(readings.stream().map(entry -> storing(Secrets.current("app/db"), entry)));
    assertThat(cache().find(Secrets.current("app/db"))).contains(last);
  }

  /** What a shared cache evicts it may evict again in the background, when it hears of it. */
  @Test
  default void occupancy_is_right_after_threads_stored_and_evicted_the_same() {
    atOnce(IntStream.range(0, 1000).mapToObj(this::storingOrEvicting));
    await(() -> cache().occupancy().equals(occupancyByReading()));
  }

  private SecretCache.Occupancy occupancyByReading() {
    var kept =
        IntStream.range(0, 7)
            .mapToObj(i -> at(Secrets.current("app/" + i)))
            .flatMap(Optional::stream)
            .toList();
    return new SecretCache.Occupancy(kept.size(), kept.stream().mapToLong(CacheEntry::size).sum());
  }

  /** What a reader gets without asking KMS. */
  private Optional<CacheEntry> at(SecretQuery query) {
    var found = cache().find(query);
    return found.isPresent() ? found : findShared(query);
  }

  @Test
  default void leading_one_secret_does_not_hinder_another() {
    assertThat(requestLead(Secrets.current("app/db"))).isInstanceOf(LeadDecision.Lead.class);
    assertThat(requestLead(Secrets.current("app/mq"))).isInstanceOf(LeadDecision.Lead.class);
  }

  @Test
  default void a_request_after_its_deadline_leads() {
    var stage = cache().requestLead(Secrets.current("app/db"), READ, clock().instant());
    assertThat(join(stage)).isInstanceOf(LeadDecision.Lead.class);
  }

  @Test
  default void what_it_kept_is_found_without_its_store() {
    var entry = entry("v1", "hunter2");
    cache().store(Secrets.current("app/db"), entry);
    cutOff();
    assertThat(cache().find(Secrets.current("app/db"))).contains(entry);
    assertThat(at(Secrets.current("app/db"))).contains(entry);
    assertThat(cache().cachedQueries(new SecretName("app/db"))).hasSize(1);
  }

  @Test
  default void it_stores_and_evicts_entries_and_grants_the_lead_without_its_store() {
    cutOff();
    var entry = entry("v1", "hunter2");
    cache().store(Secrets.current("app/db"), entry);
    assertThat(cache().find(Secrets.current("app/db"))).contains(entry);
    cache().evict(Secrets.current("app/db"));
    assertThat(cache().find(Secrets.current("app/db"))).isEmpty();
    assertThat(requestLead(Secrets.current("app/db")))
        .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
  }

  private Optional<CacheEntry> findShared(SecretQuery query) {
    return join(cache().findShared(query, clock().instant().plusSeconds(1)));
  }

  private LeadDecision requestLead(SecretQuery query) {
    return join(cache().requestLead(query, READ, clock().instant().plusSeconds(1)));
  }

  private void storeAll(List<SecretQuery> queries) {
    IntStream.range(0, queries.size()).forEach(i -> cache().store(queries.get(i), numbered(i)));
  }

  private Runnable storingOrEvicting(int i) {
    var query = Secrets.current("app/" + i % 7);
    return i % 3 == 0
        ? () -> cache().evict(query)
        : storing(query, entryReadAt(READ.plusMillis(i), "v" + "x".repeat(i)));
  }

  private Runnable storing(SecretQuery query, CacheEntry entry) {
    return () -> cache().store(query, entry);
  }

  private static void atOnce(Stream<Runnable> works) {
    try (var threads = Executors.newFixedThreadPool(8)) {
      assertThat(works.map(threads::submit).toList()).allSatisfy(done -> done.get());
    }
  }

  private CacheEntry numbered(int i) {
    return entry("v" + i, "value " + i);
  }

  private static CacheEntry entryReadAt(Instant readAt, String value) {
    return Secrets.entry(Secrets.text("app/db", "v1", value), readAt);
  }

  private CacheEntry entry(String version, String value) {
    return Secrets.entry(Secrets.text("app/db", version, value), READ);
  }
}
