package dev.kmsagent.adapters.cache.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.event.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.TenantCaches;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.TenantCachesContract;
import dev.kmsagent.testkit.VirtualTime;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class CaffeineTenantCachesTest {
  private static final int KIB = 1024;

  private final RecordingEvents events = new RecordingEvents();

  private static void store(SecretCache cache, int from, int to, int bytes) {
    IntStream.range(from, to)
        .forEach(
            i ->
                cache.store(
                    Secrets.current("s" + i),
                    Secrets.entry(
                        Secrets.text("s" + i, "v1", "x".repeat(bytes)), VirtualTime.START)));
  }

  @Nested
  final class Keeps_the_contract implements TenantCachesContract {
    private final TenantCaches caches =
        new CaffeineTenantCaches(ENTRIES, Long.MAX_VALUE, CACHES, events);

    @Override
    public TenantCaches caches() {
      return caches;
    }
  }

  @Nested
  final class Short_of_entries {
    private final CaffeineTenantCaches caches =
        new CaffeineTenantCaches(100, Long.MAX_VALUE, 10, events);
    private final SecretCache modest = caches.open(TenantCachesContract.anotherRole());
    private final SecretCache greedy = caches.open(TenantCachesContract.anotherRole());

    @Test
    void the_one_above_its_share_makes_room_and_nothing_within_a_share_is_evicted() {
      store(modest, 0, 10, 10);
      store(greedy, 0, 500, 10);

      assertThat(modest.occupancy().entries()).isEqualTo(10);
      assertThat(greedy.occupancy().entries()).isEqualTo(90);
      assertThat(events.of(EntryEvicted.class))
          .hasSize(410)
          .allMatch(it -> it.cause() == EvictionCause.COUNT);
    }

    @Test
    void a_cache_that_is_closed_counts_no_more() {
      store(greedy, 0, 100, 10);
      caches.close(greedy);

      assertThat(caches.occupancy().entries()).isZero();
    }
  }

  @Nested
  final class Short_of_bytes {
    private final CaffeineTenantCaches caches =
        new CaffeineTenantCaches(1000, 1024L * KIB, 10, events);

    @Test
    void the_one_furthest_above_its_share_makes_room() {
      var modest = caches.open(TenantCachesContract.anotherRole());
      var greedy = caches.open(TenantCachesContract.anotherRole());
      store(modest, 0, 20, KIB);
      var held = modest.occupancy();
      store(greedy, 0, 100, 30 * KIB);

      assertThat(modest.occupancy()).isEqualTo(held);
      assertThat(caches.occupancy().bytes()).isLessThanOrEqualTo(1024L * KIB);
      assertThat(greedy.occupancy().entries()).isGreaterThan(10);
      assertThat(events.of(EntryEvicted.class))
          .isNotEmpty()
          .allMatch(it -> it.cause() == EvictionCause.BYTES);
    }
  }
}
