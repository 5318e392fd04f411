package dev.kmsagent.adapters.cache.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.memory.CaffeineTenantCaches;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.adapters.cache.shared.SharedTenantCaches;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.TenantCaches;
import dev.kmsagent.testkit.ManualExecutor;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.TenantCachesContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The caches of roles over a folder: what a refusal waits for, and what a restart brings back. */
class FolderCacheTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final SecretQuery VERSION = Secrets.byId("app/db", "v1");
  private static final Principal ROLE = new Principal(SealingFixtures.PRINCIPAL);
  private static final Principal OTHER = new Principal("acs:ram::1234567890:role/billing");
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private final Machine machine = new Machine();

  private static BiFunction<SecretCache, Principal, SharedSecretCache> sharing(
      CircuitBreakingEntryStore store, Means means, FolderSettings settings, int caches) {
    return (tier, role) ->
        new SharedSecretCache(
            new SharedSecretCache.Local(tier, 1000, caches, FOR_EVER),
            store,
            new Partitions(
                () -> Optional.of(role),
                SealingFixtures.KMS,
                settings.sealingKeys(),
                SealingFixtures.PREFIX,
                means.timing().clock()),
            settings.freshness(),
            Secrets::plain,
            means);
  }

  private SecretCache cache(FileEntryStore folder, Principal role) {
    var tier = new CaffeineSecretCache(1000, 16 << 20, _ -> {});
    var means = machine.means();
    var store = new CircuitBreakingEntryStore(folder, means);
    return sharing(store, means, machine.settings(), 1).apply(tier, role);
  }

  /** That of the next process. */
  private SecretCache restarted(Principal role) {
    return cache(machine.restart(), role);
  }

  /** A secret as it is read a second after all before. */
  private CacheEntry read() {
    machine.time.advance(Duration.ofSeconds(1));
    var secret = Secrets.text("app/db", "v1", "hunter2");
    return machine.settings().freshness().entry(secret, Secrets.plain(secret), machine.wall(), 0);
  }

  private Optional<CacheEntry> found(SecretCache cache, SecretQuery query) {
    return cache.findShared(query, machine.wall().plusSeconds(5)).toCompletableFuture().resultNow();
  }

  @Test
  void an_entry_is_found_after_a_restart_by_its_own_role_with_its_dates() {
    var entry = read();
    cache(machine.start(), ROLE).store(QUERY, entry);
    machine.time.advance(Duration.ofHours(1));
    var restarted = restarted(ROLE);
    assertThat(restarted.find(QUERY)).isEmpty();
    assertThat(found(restarted, QUERY)).contains(entry);
    assertThat(found(cache(machine.restart(), OTHER), QUERY)).isEmpty();
  }

  @Test
  void of_a_snapshot_of_last_month_nothing_is_served_and_what_was_refused_since_is_by_its_age() {
    var cache = cache(machine.start(), ROLE);
    var entry = read();
    cache.store(QUERY, entry);
    var snapshot = machine.disk.snapshot();
    machine.time.advance(Duration.ofHours(1));
    cache.evict(QUERY);
    machine.disk.restore(snapshot);
    assertThat(found(restarted(ROLE), QUERY)).contains(entry);
    machine.time.advance(Duration.ofDays(30));
    machine.disk.restore(snapshot);
    assertThat(found(restarted(ROLE), QUERY)).isEmpty();
    machine.reboot();
    machine.disk.restore(snapshot);
    assertThat(found(restarted(ROLE), QUERY)).isEmpty();
  }

  @Nested
  class A_refusal {
    private final ManualExecutor disk = new ManualExecutor();
    private final SecretCache cache = cache(machine.start(disk), ROLE);

    @BeforeEach
    void store() {
      cache.store(QUERY, read());
      disk.doAll();
      cache.store(VERSION, read());
      disk.doAll();
      machine.time.advance(Duration.ofSeconds(1));
    }

    /** It is answered once the stage is complete, whatever happens to the machine then. */
    private void assertNeverComesBack(SecretQuery query) {
      for (var seed = 0; seed < 20; seed++) {
        var disk = machine.disk.snapshot();
        machine.disk.losePower(new SplittableRandom(seed));
        assertThat(found(restarted(ROLE), query)).isEmpty();
        machine.disk.restore(disk);
      }
    }

    @Test
    void of_a_version_is_answered_once_no_restart_brings_it_back() {
      var refused = cache.evict(QUERY).toCompletableFuture();
      assertThat(cache.find(QUERY)).isEmpty();
      assertThat(refused).isNotDone();
      disk.doAll();
      assertThat(refused).isCompleted();
      assertNeverComesBack(QUERY);
      assertThat(found(restarted(ROLE), VERSION)).isPresent();
    }

    @Test
    void of_a_secret_is_answered_once_no_restart_brings_any_version_back() {
      var refused = cache.evictAll(QUERY.name()).toCompletableFuture();
      assertThat(refused).isNotDone();
      disk.doAll();
      assertThat(refused).isCompleted();
      assertNeverComesBack(QUERY);
      assertNeverComesBack(VERSION);
    }

    @Test
    void of_what_only_the_agent_before_had_read_is_answered_once_no_restart_brings_it_back() {
      machine.disk.kill();
      var next = cache(machine.start(disk), ROLE);
      var refused = next.evict(QUERY).toCompletableFuture();
      assertThat(refused).isNotDone();
      disk.doAll();
      assertThat(refused).isCompleted();
      assertNeverComesBack(QUERY);
    }

    @Test
    void is_answered_after_half_a_second_at_the_latest_and_written_once_the_disk_works() {
      var refused = cache.evict(QUERY).toCompletableFuture();
      machine.time.advance(Duration.ofMillis(499));
      assertThat(refused).isNotDone();
      machine.time.advance(Duration.ofMillis(1));
      assertThat(refused).isCompleted();
      disk.doAll();
      assertNeverComesBack(QUERY);
    }

    @Test
    void on_a_full_disk_is_answered_once_no_restart_brings_it_back() {
      machine.disk.becomeFull();
      var refused = cache.evict(QUERY).toCompletableFuture();
      disk.doAll();
      assertThat(refused).isCompleted();
      assertNeverComesBack(QUERY);
    }
  }

  @Nested
  class Roles_of_a_node implements TenantCachesContract {
    @TempDir private Path path;
    private CircuitBreakingEntryStore store;
    private TenantCaches caches;

    @BeforeEach
    void open() {
      var settings = machine.settings();
      var means = machine.means();
      store = new CircuitBreakingEntryStore(new FileEntryStore(path, settings, means), means);
      caches =
          new SharedTenantCaches(
              new CaffeineTenantCaches(ENTRIES, Long.MAX_VALUE, CACHES, _ -> {}),
              sharing(store, means, settings, CACHES));
    }

    @AfterEach
    void close() {
      store.close();
      Machine.awaitEnd(path);
    }

    @Override
    public TenantCaches caches() {
      return caches;
    }

    private <T> T join(CompletionStage<T> stage) {
      return Patience.join(stage);
    }

    @Test
    void find_after_they_were_closed_what_they_had_and_not_what_others_had() {
      var entry = read();
      var one = caches.open(ROLE);
      one.store(QUERY, entry);
      join(store.drain());
      caches.close(one);
      var deadline = machine.wall().plusSeconds(5);
      assertThat(join(caches.open(OTHER).findShared(QUERY, deadline))).isEmpty();
      assertThat(join(caches.open(ROLE).findShared(QUERY, deadline))).contains(entry);
    }
  }
}
