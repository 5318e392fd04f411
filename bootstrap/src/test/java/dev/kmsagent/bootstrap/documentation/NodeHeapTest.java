package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The agent of a node at all of its limits at once. */
final class NodeHeapTest {
  /** What {@link FullNode} makes for real, by the beginning of its row: the rest is bytes. */
  private static final List<String> REAL = List.of("cached secrets", "calls of KMS that wait");

  private static final List<String> BYTES_OF_NODE =
      List.of("answers of STS", "headers of these answers");

  private static boolean isOneOf(List<String> beginnings, String row) {
    return beginnings.stream().anyMatch(row::startsWith);
  }

  private static long ballast() {
    var always = Limits.rows("On the heap").stream().filter(it -> !isOneOf(REAL, it.group("what")));
    var ofNode =
        Limits.rows("One agent a node").stream()
            .filter(it -> isOneOf(BYTES_OF_NODE, it.group("what")));
    return always.mapToLong(Limits::bytes).sum() + ofNode.mapToLong(Limits::bytes).sum();
  }

  @Test
  void stays_alive_in_the_heap_that_the_chart_gives_it() {
    var outcome =
        SystemCommand.java(
                "-Xmx" + Limits.heapOfNode() + "m",
                Limits.optionOfNode(),
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                FullNode.class.getName(),
                ballast())
            .run();

    assertThat(outcome.outputOfSuccess()).contains("It serves: Found[");
  }
}
