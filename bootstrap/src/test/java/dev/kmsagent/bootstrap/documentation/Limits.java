package dev.kmsagent.bootstrap.documentation;

import dev.kmsagent.testkit.Unchecked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The page on limits, and the heaps that they have to fit. */
final class Limits {
  private static final Path ROOT = Path.of("..");

  /** In the third column the bytes on the heap, a number, or a product with its result. */
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| (?<what>[^|]+)\\|[^|]+\\|((?<product>[0-9 x]+) = )? *(?<bytes>\\d+) *"
              + "\\|[^|]+\\|[^|]+\\|$");

  private static final Pattern HEAP = Pattern.compile(" heap=(\\d+)m ");
  private static final Pattern HEAP_OF_NODE =
      Pattern.compile("name: KMS_AGENT_HEAP\\s+value: \"?(\\d+)m");

  private static final Pattern OPTIONS_OF_NODE =
      Pattern.compile("name: KMS_AGENT_JAVA_OPTS\\s+value: (\\S+)");

  private Limits() {}

  static String page() {
    return text("docs/internals/limits.md");
  }

  private static String text(String file) {
    return Unchecked.get(() -> Files.readString(ROOT.resolve(file)));
  }

  /** The rows with bytes below a heading, to the next one. */
  static List<MatchResult> rows(String heading) {
    var begin = page().indexOf("# " + heading + "\n");
    var text = page().substring(begin);
    return ROW.matcher(text.substring(0, text.indexOf("\n#"))).results().toList();
  }

  static long bytes(MatchResult row) {
    return Long.parseLong(row.group("bytes"));
  }

  static long sum(String... headings) {
    return Stream.of(headings)
        .flatMap(heading -> rows(heading).stream())
        .mapToLong(Limits::bytes)
        .sum();
  }

  /** In bytes, as the launcher sets it. */
  static long heap() {
    return megabytes(HEAP, "bootstrap/src/main/dist/alibabacloud-kms-agent") << 20;
  }

  /** In megabytes, as the chart sets it. */
  static long heapOfNode() {
    return megabytes(HEAP_OF_NODE, "deploy/kubernetes/rendered/node.yaml");
  }

  /** The option of the JVM that the chart adds. */
  static String optionOfNode() {
    var options = OPTIONS_OF_NODE.matcher(text("deploy/kubernetes/rendered/node.yaml")).results();
    return options.map(it -> it.group(1)).findFirst().orElseThrow();
  }

  private static long megabytes(Pattern size, String file) {
    var sizes = size.matcher(text(file)).results();
    return sizes.mapToLong(it -> Long.parseLong(it.group(1))).min().orElseThrow();
  }
}
