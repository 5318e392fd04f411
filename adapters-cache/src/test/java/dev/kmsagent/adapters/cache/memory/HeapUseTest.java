package dev.kmsagent.adapters.cache.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link CacheEntry#size()} says, against what the heap holds more of. */
@Isolated("other tests take memory too, and give it back")
final class HeapUseTest {
  private final SecretCache cache = empty();

  private static SecretCache empty() {
    return new CaffeineSecretCache(10_000, Long.MAX_VALUE, _ -> {});
  }

  /** Each body of its own, as JSON makes it: the value and half a kilobyte more. */
  private static CacheEntry read(SecretCache cache, int number, int valueSize) {
    var secret = secret(number, "x".repeat(valueSize));
    var body = new byte[valueSize + 512];
    return new FreshnessPolicy(Duration.ofMinutes(5), 0.1, 0.8, Duration.ofDays(1))
        .entry(cache.needed(secret), new Representation(body), VirtualTime.START, 0.5);
  }

  /** As it is read from an answer of KMS: no text is shared with another secret. */
  private static Secret secret(int number, String value) {
    return new Secret(
        new SecretName(name(number)),
        new VersionId("v%031d".formatted(number)),
        List.of(new Stage(new String("ACSCurrent".toCharArray()))),
        DataType.TEXT,
        new ConfidentialText(value),
        Map.of(SecretAttribute.REQUEST_ID, "%036d".formatted(number)));
  }

  private static String name(int number) {
    return "team/application/%047d".formatted(number);
  }

  private static SecretQuery query(int number) {
    return Secrets.current(name(number));
  }

  @ParameterizedTest
  @CsvSource({"1000, 30000, 10", "10000, 300, 35"})
  void an_entry_takes_what_it_counts_and_not_much_less(int entries, int valueSize, int percent) {
    fill(cache, entries, valueSize);
    var taken = IntStream.range(0, 3).mapToLong(_ -> taken(entries, valueSize)).sorted().toArray();

    var counted = cache.occupancy();

    assertThat(counted.entries()).isEqualTo(entries);
    assertThat(taken[1])
        .isBetween(counted.bytes() * (100 - percent) / 100, counted.bytes() * 102 / 100);
  }

  /**
   * What one more cache takes: many times what others allocate and free meanwhile, which makes it a
   * little more or less.
   */
  private static long taken(int entries, int valueSize) {
    var another = empty();
    try {
      var before = usedHeap();
      fill(another, entries, valueSize);
      return usedHeap() - before;
    } finally {
      Reference.reachabilityFence(another);
    }
  }

  private static void fill(SecretCache cache, int entries, int valueSize) {
    IntStream.range(0, entries).forEach(i -> cache.store(query(i), read(cache, i, valueSize)));
  }

  @Test
  void an_entry_holds_no_value_beside_its_body() {
    assertThat(read(cache, 1, 30_000).size()).isLessThan(30_000 + 512 + 1024);
  }

  /** The serial collector compacts the whole heap once in four collections. */
  private static long usedHeap() {
    var memory = ManagementFactory.getMemoryMXBean();
    IntStream.range(0, 4).forEach(_ -> memory.gc());
    return memory.getHeapMemoryUsage().getUsed();
  }
}
