package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Interleavings.require;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Interleavings;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
class LocalCopiesInterleavingsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final PartitionKeys KEYS = keysOf("acs:ram::1234567890:role/orders");
  private static final PartitionKeys OTHER_KEYS = keysOf("acs:ram::1234567890:role/billing");
  private static final String HASH = KEYS.hashes(QUERY.name()).getFirst();

  /** The entry of each version of the store, more than there are operations. */
  private static final List<CacheEntry> ENTRIES = entries("orders");

  /** Those of another principal. */
  private static final List<CacheEntry> OTHER_ENTRIES = entries("billing");

  private static PartitionKeys keysOf(String principal) {
    var endpoint = new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");
    var keys =
        new Partitions(
                TestIdentity.of(principal),
                endpoint,
                List.of(CachingAgent.KEY),
                "kms-agent",
                () -> Instant.EPOCH)
            .present()
            .orElseThrow();
    // Hashed here once, and not in the interleavings.
    require(!keys.hashes(QUERY.name()).isEmpty(), "a secret has a hash");
    return keys;
  }

  private static List<CacheEntry> entries(String owner) {
    return IntStream.range(0, 20)
        .mapToObj(
            i -> Secrets.entry(Secrets.text("app/db", "v" + i, owner + i), START.plusMillis(i)))
        .toList();
  }

  /** Threads read the store, and change it, with and without an announcement. */
  public static final class Operations {
    private final FakeSecretCache local = new FakeSecretCache();
    private final CoherenceTracker coherence = new CoherenceTracker(new FakeEntryStore(), _ -> {});
    private final LocalCopies copies =
        new LocalCopies(
            local, coherence, new LocalCopies.Life(() -> START, Duration.ofSeconds(10), 1000));
    private final AtomicInteger version = new AtomicInteger();

    public Operations() {
      coherence.connected();
    }

    @Operation
    public void fetch() {
      var snapshot = copies.snapshot(QUERY, KEYS);
      copies.keep(QUERY, ENTRIES.get(version.get()), KEYS, snapshot);
    }

    @Operation
    public void confirm() {
      var snapshot = copies.snapshot(QUERY, KEYS);
      var entry = ENTRIES.get(version.get());
      if (copies.findAny(QUERY, KEYS).filter(entry::equals).isPresent()) {
        copies.confirm(QUERY, KEYS, snapshot);
      }
    }

    @Operation
    public void fetchAsOther() {
      var snapshot = copies.snapshot(QUERY, OTHER_KEYS);
      copies.keep(QUERY, OTHER_ENTRIES.get(version.get()), OTHER_KEYS, snapshot);
    }

    @Operation
    public void announcedChange() {
      version.incrementAndGet();
      if (!copies.changed(HASH).isEmpty()) {
        fetch();
      }
    }

    @Operation
    public void changeInGap() {
      coherence.lost();
      version.incrementAndGet();
      coherence.connected();
    }

    @Validate
    public void what_is_served_is_current_and_ones_own() {
      copies
          .find(QUERY, Optional.of(KEYS))
          .ifPresent(
              copy -> require(copy.equals(ENTRIES.get(version.get())), "no copy is outdated"));
      copies
          .find(QUERY, Optional.of(OTHER_KEYS))
          .ifPresent(copy -> require(OTHER_ENTRIES.contains(copy), "each principal has its own"));
    }
  }

  @Test
  void no_change_is_missed_however_threads_interleave() {
    Interleavings.check(Operations.class);
  }
}
