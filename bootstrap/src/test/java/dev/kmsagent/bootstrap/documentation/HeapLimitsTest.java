package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that can grow is at its limit, and fits the heap that the launcher allows. */
final class HeapLimitsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern HEAP = Pattern.compile(" heap=(\\d+)m ");

  /** In the third column the bytes on the heap, a number, or a product with its result. */
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\|[^|]+\\|[^|]+\\|((?<product>[0-9 x]+) = )? *(?<bytes>\\d+) *\\|[^|]+\\|[^|]+\\|$");

  private String page;
  private long heap;

  @BeforeEach
  void read() throws IOException {
    page = Files.readString(ROOT.resolve("docs/internals/limits.md"));
    var launcher = Files.readString(ROOT.resolve("bootstrap/src/main/dist/alibabacloud-kms-agent"));
    var sizes = HEAP.matcher(launcher).results();
    heap = sizes.mapToLong(size -> Long.parseLong(size.group(1)) << 20).min().orElseThrow();
  }

  private static List<MatchResult> rows(String text) {
    return ROW.matcher(text).results().toList();
  }

  private static long sum(String text) {
    return rows(text).stream().mapToLong(row -> Long.parseLong(row.group("bytes"))).sum();
  }

  @Test
  void the_limits_together_take_nine_tenths_of_the_heap_at_most() {
    assertThat(sum(page.substring(0, page.indexOf("### With a cluster of Redis"))))
        .isBetween(heap / 2, heap / 10 * 9);
  }

  @Test
  void with_a_cluster_of_redis_they_take_97_hundredths_at_most() {
    assertThat(sum(page)).isLessThanOrEqualTo(heap / 100 * 97);
  }

  @Test
  void the_products_are_right() {
    assertThat(rows(page))
        .filteredOn(row -> row.group("product") != null)
        .isNotEmpty()
        .allSatisfy(
            row ->
                assertThat(row.group("bytes"))
                    .isEqualTo(Long.toString(product(row.group("product")))));
  }

  private static long product(String factors) {
    return Stream.of(factors.strip().split(" x "))
        .mapToLong(Long::parseLong)
        .reduce(1, Math::multiplyExact);
  }
}
