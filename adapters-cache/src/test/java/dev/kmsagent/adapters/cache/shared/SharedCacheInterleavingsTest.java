package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Interleavings.require;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Interleavings;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("the classes of the whole program are instrumented")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SharedCacheInterleavingsTest {
  private static final String NAME = "app/db";
  private static final SecretQuery QUERY = Secrets.current(NAME);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final PartitionKeys KEYS = keysOf("acs:ram::1234567890:role/orders");
  private static final PartitionKeys OTHER_KEYS = keysOf("acs:ram::1234567890:role/billing");

  /** The entry of each reading, by its number, more than there are operations. */
  private static final List<CacheEntry> ENTRIES = entries("orders");

  /** Those of another principal. */
  private static final List<CacheEntry> OTHER_ENTRIES = entries("billing");

  private static PartitionKeys keysOf(String principal) {
    var identity = new OnFakeStore.TestIdentity();
    identity.become(principal);
    var partitions = OnFakeStore.partitions(identity, new VirtualTime(), SealingFixtures.KEY);
    return partitions.present().orElseThrow();
  }

  private static List<CacheEntry> entries(String owner) {
    return IntStream.range(0, 20)
        .mapToObj(
            i -> Secrets.entry(Secrets.text("app/db", "v" + i, owner + i), START.plusMillis(i)))
        .toList();
  }

  /** Threads of two principals keep what they read, and learn of revocations. */
  public static final class Copies {
    private final FakeSecretCache local = new FakeSecretCache();
    private final LocalCopies copies =
        new LocalCopies(local, () -> true, () -> START, Duration.ofSeconds(10), 1000);
    private final AtomicInteger version = new AtomicInteger();
    private final AtomicInteger revoked = new AtomicInteger(-1);

    /** As a look-up does. */
    @Operation
    public void keep() {
      var number = version.incrementAndGet();
      copies.keep(QUERY, ENTRIES.get(number), KEYS, START);
      dropIfRevoked(number);
    }

    private void dropIfRevoked(int number) {
      if (revoked.get() >= number) {
        copies.drop(QUERY, START.plusMillis(revoked.get()));
      }
    }

    @Operation
    public void keepAsOther() {
      copies.keep(QUERY, OTHER_ENTRIES.get(version.incrementAndGet()), OTHER_KEYS, START);
    }

    @Operation
    public void confirm() {
      copies.confirm(QUERY, KEYS, START);
    }

    /** All that was read before, as a refusal does. */
    @Operation
    public void revoke() {
      var number = version.incrementAndGet();
      revoked.accumulateAndGet(number, Math::max);
      copies.drop(QUERY, START.plusMillis(number));
    }

    @Validate
    public void what_is_served_is_not_revoked_and_ones_own() {
      copies
          .find(QUERY, Optional.of(KEYS))
          .ifPresent(copy -> require(ENTRIES.indexOf(copy) > revoked.get(), "no copy is revoked"));
      copies
          .find(QUERY, Optional.of(OTHER_KEYS))
          .ifPresent(copy -> require(OTHER_ENTRIES.contains(copy), "each principal has its own"));
    }
  }

  @Test
  void no_revocation_is_missed_however_threads_interleave() {
    Interleavings.check(Copies.class);
  }

  /** Threads add tasks of one key, and end those that have begun. */
  public static final class Tasks {
    private final SerialTasks<String> tasks = new SerialTasks<>(Runnable::run);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger added = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final Queue<CompletableFuture<Void>> begun = new ConcurrentLinkedQueue<>();

    @Operation
    public void add() {
      added.incrementAndGet();
      var _ = tasks.add(NAME, this::begin);
    }

    private CompletionStage<Void> begin() {
      underWay.incrementAndGet();
      var end = new CompletableFuture<Void>();
      begun.add(end);
      return end;
    }

    @Operation
    public void end() {
      var next = begun.poll();
      if (next != null) {
        require(underWay.getAndDecrement() == 1, "one at a time");
        done.incrementAndGet();
        next.complete(null);
      }
    }

    @Validate
    public void all_have_ended() {
      while (!begun.isEmpty()) {
        end();
      }
      require(done.get() == added.get(), "all tasks run");
      require(tasks.ended(NAME).isDone(), "the queue is empty");
    }
  }

  @Test
  void tasks_of_one_key_run_one_at_a_time_however_threads_interleave() {
    Interleavings.check(Tasks.class);
  }
}
