package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Everything that can grow is at its limit, and fits the heap that the launcher allows. */
final class HeapLimitsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern HEAP = Pattern.compile(" heap=(\\d+)m ");

  private static HeapLimits page() throws IOException {
    return HeapLimits.of(ROOT.resolve("docs/internals/limits.md"));
  }

  private static long heap() throws IOException {
    var launcher = Files.readString(ROOT.resolve("bootstrap/src/main/dist/alibabacloud-kms-agent"));
    return HEAP.matcher(launcher)
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)) << 20)
        .min()
        .orElseThrow();
  }

  @Test
  void the_limits_together_take_nine_tenths_of_the_heap_at_most() throws IOException {
    assertThat(page().before("### With a cluster of Redis").sum())
        .isBetween(heap() / 2, heap() / 10 * 9);
  }

  @Test
  void with_a_cluster_of_redis_they_take_97_hundredths_at_most() throws IOException {
    assertThat(page().sum()).isLessThanOrEqualTo(heap() / 100 * 97);
  }

  @Test
  void the_products_are_right() throws IOException {
    assertThat(page().miscalculated()).isEmpty();
  }
}
