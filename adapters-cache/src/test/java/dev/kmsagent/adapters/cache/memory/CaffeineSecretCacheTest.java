package dev.kmsagent.adapters.cache.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.event.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.SecretCacheContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class CaffeineSecretCacheTest {
  private static final Instant READ = VirtualTime.START;
  private static final int KIB = 1024;

  private final RecordingEvents events = new RecordingEvents();

  @Nested
  final class Keeps_the_contract implements SecretCacheContract {
    private final SecretCache cache = new CaffeineSecretCache(1000, 16L * KIB * KIB, events);

    @Override
    public SecretCache cache() {
      return cache;
    }
  }

  @Nested
  final class Short_of_entries {
    private final SecretCache cache = new CaffeineSecretCache(10, Long.MAX_VALUE, events);

    @Test
    void says_what_it_dropped_and_why() {
      store(cache, 30, KIB);
      assertThat(evictions()).hasSize(20).allMatch(e -> e.cause() == EvictionCause.COUNT);
      assertThat(evictions())
          .noneMatch(eviction -> cache.find(eviction.query()).isPresent())
          .doesNotHaveDuplicates();
    }

    @Test
    void neither_a_new_version_nor_an_eviction_on_purpose_displaces_anything() {
      store(cache, 10, KIB);
      store(cache, 3, Secrets.entry(Secrets.text("app", "v2", "new"), READ.plusSeconds(1)));
      cache.evict(Secrets.current("app/3"));
      assertThat(cache.occupancy().entries()).isEqualTo(9);
      assertThat(events.all()).isEmpty();
    }
  }

  @Nested
  final class Short_of_bytes {
    private final SecretCache cache = new CaffeineSecretCache(1000, 100 * KIB, events);

    @Test
    void small_entries_are_kept_beside_large_ones_up_to_both_bounds() {
      var both = new CaffeineSecretCache(100, 200 * KIB, events);
      store(both, 99, KIB);
      store(both, 99, entryOf(101 * KIB));
      assertThat(both.occupancy()).isEqualTo(new SecretCache.Occupancy(100, 200 * KIB));
      assertThat(events.all()).isEmpty();
    }

    @Test
    void holds_the_bound_after_every_store() {
      var sizes = new Random(7).ints(500, KIB, 60 * KIB).toArray();
      for (var i = 0; i < sizes.length; i++) {
        store(cache, i, entryOf(sizes[i]));
        assertThat(cache.occupancy().bytes()).isLessThanOrEqualTo(100 * KIB);
      }
    }

    @Test
    void drops_what_is_not_read_and_not_what_was_written_first() {
      store(cache, 10, 10 * KIB);
      read(cache, 0, 5);
      IntStream.range(10, 15).forEach(i -> store(cache, i, entryOf(10 * KIB)));
      assertThat(kept(cache, 0, 5)).hasSize(5);
    }

    @Test
    void what_was_read_once_gives_way_to_what_is_read_now() {
      store(cache, 10, 10 * KIB);
      read(cache, 0, 10);
      for (var round = 0; round < 100; round++) {
        IntStream.range(10, 18).forEach(this::readThrough);
      }
      assertThat(kept(cache, 10, 18)).hasSizeGreaterThanOrEqualTo(6);
    }

    private void readThrough(int i) {
      if (cache.find(Secrets.current("app/" + i)).isEmpty()) {
        store(cache, i, entryOf(10 * KIB));
      }
    }

    @Test
    void what_is_dropped_later_for_its_number_is_not_said_to_be_for_its_bytes() {
      var both = new CaffeineSecretCache(10, 100 * KIB, events);
      store(both, 6, 20 * KIB);
      assertThat(evictions()).hasSize(1).allMatch(e -> e.cause() == EvictionCause.BYTES);
      IntStream.range(0, 6).forEach(i -> both.evict(Secrets.current("app/" + i)));
      store(both, 11, KIB);
      assertThat(evictions()).extracting(EntryEvicted::cause).endsWith(EvictionCause.COUNT);
    }

    @Test
    void an_entry_that_grew_makes_the_others_give_way() {
      store(cache, 10, 10 * KIB);
      store(cache, 9, entryOf(60 * KIB));
      assertThat(cache.occupancy()).isEqualTo(new SecretCache.Occupancy(5, 100 * KIB));
      assertThat(cache.find(Secrets.current("app/9"))).isPresent();
    }

    @Test
    void the_count_is_as_large_as_ever_once_there_are_bytes_again() {
      store(cache, 30, 10 * KIB);
      IntStream.range(0, 30).forEach(i -> cache.evict(Secrets.current("app/" + i)));
      store(cache, 100, KIB);
      assertThat(cache.occupancy()).isEqualTo(new SecretCache.Occupancy(100, 100 * KIB));
    }
  }

  @Nested
  final class Too_large_for_the_cache {
    private final SecretCache cache = new CaffeineSecretCache(1000, 100 * KIB, events);

    @Test
    void an_entry_is_not_kept_displaces_no_other_and_that_is_said() {
      store(cache, 1, entryOf(100 * KIB));
      store(cache, 0, entryOf(100 * KIB + 1));
      assertThat(cache.find(Secrets.current("app/0"))).isEmpty();
      assertThat(cache.occupancy()).isEqualTo(new SecretCache.Occupancy(1, 100 * KIB));
      assertThat(events.all())
          .containsExactly(new EntryEvicted(Secrets.current("app/0"), EvictionCause.BYTES));
    }

    @Test
    void an_entry_takes_an_older_one_of_its_secret_with_it_and_leaves_a_later_one() {
      store(cache, 0, entryOf(KIB));
      store(cache, 0, entryOf(100 * KIB + 1));
      assertThat(cache.occupancy()).isEqualTo(new SecretCache.Occupancy(0, 0));
      var later = Secrets.entry(Secrets.text("app", "v2", "new"), READ.plusSeconds(1));
      store(cache, 0, later);
      store(cache, 0, entryOf(100 * KIB + 1));
      assertThat(cache.find(Secrets.current("app/0"))).contains(later);
    }
  }

  @Nested
  final class With_many_threads {
    private final SecretCache cache = new CaffeineSecretCache(100, 200 * KIB, events);

    @Test
    void both_bounds_hold_and_every_byte_is_accounted_for() throws InterruptedException {
      var works = IntStream.range(0, 5000).mapToObj(this::anything).toList();
      try (var threads = Executors.newFixedThreadPool(8)) {
        threads.invokeAll(works);
      }
      var kept = kept(cache, 0, 300);
      assertThat(kept).hasSizeBetween(1, 100);
      assertThat(cache.occupancy())
          .isEqualTo(
              new SecretCache.Occupancy(
                  kept.size(), kept.stream().mapToLong(CacheEntry::size).sum()));
      assertThat(cache.occupancy().bytes()).isLessThanOrEqualTo(200 * KIB);
    }

    @Test
    void both_bounds_hold_after_every_store_while_others_read() {
      try (var threads = Executors.newFixedThreadPool(3)) {
        IntStream.range(0, 500).forEach(_ -> threads.execute(() -> read(cache, 0, 300)));
        IntStream.range(0, 5000).forEach(this::storeWithinBounds);
      }
    }

    private void storeWithinBounds(int i) {
      store(cache, i % 300, entryOf(i < 2500 ? KIB : 5 * KIB));
      assertThat(cache.occupancy().entries()).isLessThanOrEqualTo(100);
      assertThat(cache.occupancy().bytes()).isLessThanOrEqualTo(200 * KIB);
    }

    private Callable<Void> anything(int i) {
      var query = Secrets.current("app/" + i * 31 % 300);
      return () -> {
        switch (i % 5) {
          case 0 -> cache.evict(query);
          case 1, 2 -> store(cache, i * 31 % 300, entryOf(KIB + i % 7 * KIB));
          default -> cache.find(query);
        }
        return null;
      };
    }
  }

  private List<EntryEvicted> evictions() {
    return events.of(EntryEvicted.class);
  }

  private static void store(SecretCache cache, int count, int size) {
    IntStream.range(0, count).forEach(i -> store(cache, i, entryOf(size)));
  }

  private static void store(SecretCache cache, int number, CacheEntry entry) {
    cache.store(Secrets.current("app/" + number), entry);
  }

  private static void read(SecretCache cache, int from, int to) {
    IntStream.range(from, to).forEach(i -> cache.find(Secrets.current("app/" + i)));
  }

  private static List<CacheEntry> kept(SecretCache cache, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> cache.find(Secrets.current("app/" + i)))
        .flatMap(entry -> entry.stream())
        .toList();
  }

  /** An entry that {@link CacheEntry#size()} counts as {@code size} bytes. */
  private static CacheEntry entryOf(int size) {
    return withBody(size - withBody(0).size());
  }

  private static CacheEntry withBody(int size) {
    var secret = Secrets.text("app", "v1", "");
    var dates = Secrets.entry(secret, READ);
    return new CacheEntry(
        secret.withoutValue(),
        new Representation(new byte[size]),
        dates.readAt(),
        dates.refreshAt(),
        dates.freshUntil(),
        dates.staleUntil());
  }
}
