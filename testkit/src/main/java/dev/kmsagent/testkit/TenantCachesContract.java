package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.TenantCaches;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What all {@link TenantCaches} do. Those under test have room for {@link #ENTRIES}, and {@link
 * #CACHES} of them may be open.
 */
public interface TenantCachesContract {
  int ENTRIES = 100;
  int CACHES = 10;

  /** What nothing is evicted below. */
  int SHARE = ENTRIES / CACHES;

  AtomicInteger ROLES = new AtomicInteger();

  /** A role that no cache was opened for. */
  static Principal anotherRole() {
    return new Principal("acs:ram::1234567890:role/app-" + ROLES.incrementAndGet());
  }

  /** The caches under test: some for each test, none open at first, the same throughout it. */
  TenantCaches caches();

  @Test
  default void a_cache_that_is_opened_is_empty_and_apart_from_the_others() {
    var one = caches().open(anotherRole());
    var other = caches().open(anotherRole());
    store(one, SHARE, "one");
    store(other, 1, "other");
    assertThat(one.find(Secrets.current("s0"))).contains(entry("s0", "one"));
    assertThat(other.find(Secrets.current("s0"))).contains(entry("s0", "other"));
    assertThat(other.occupancy().entries()).isEqualTo(1);
  }

  @Test
  default void nothing_within_a_share_makes_room_for_another_cache() {
    var modest = caches().open(anotherRole());
    var greedy = caches().open(anotherRole());
    store(greedy, ENTRIES, "greedy");
    store(modest, SHARE, "modest");
    store(greedy, 5 * ENTRIES, "greedy");
    assertThat(modest.occupancy().entries()).isEqualTo(SHARE);
    assertThat(greedy.occupancy().entries()).isGreaterThanOrEqualTo(ENTRIES - SHARE);
  }

  /** A flight that was under way may still store what it brings. */
  @Test
  default void a_cache_that_is_closed_gives_its_room_back_whatever_is_stored_in_it() {
    var closed = caches().open(anotherRole());
    store(closed, ENTRIES, "closed");
    caches().close(closed);
    caches().close(closed);
    var other = caches().open(anotherRole());
    store(other, ENTRIES, "other");
    store(closed, ENTRIES, "closed");
    assertThat(other.occupancy().entries()).isEqualTo(ENTRIES);
  }

  @Test
  default void each_has_its_share_while_threads_open_fill_and_close_caches()
      throws InterruptedException {
    var greedy = caches().open(anotherRole());
    Callable<Void> filling =
        () -> {
          for (var round = 0; round < 50; round++) {
            var own = caches().open(anotherRole());
            store(own, SHARE, "own");
            store(greedy, ENTRIES, "greedy");
            assertThat(own.occupancy().entries()).isEqualTo(SHARE);
            caches().close(own);
          }
          return null;
        };
    try (var threads = Executors.newFixedThreadPool(CACHES - 1)) {
      assertThat(threads.invokeAll(Collections.nCopies(CACHES - 1, filling)))
          .allSatisfy(done -> done.get());
    }
    store(greedy, ENTRIES, "greedy");
    assertThat(greedy.occupancy().entries()).isEqualTo(ENTRIES);
  }

  private static void store(SecretCache cache, int count, String value) {
    IntStream.range(0, count)
        .mapToObj(i -> "s" + i)
        .forEach(name -> cache.store(Secrets.current(name), entry(name, value)));
  }

  private static CacheEntry entry(String name, String value) {
    return Secrets.entry(Secrets.text(name, "v1", value), VirtualTime.START);
  }
}
