package dev.kmsagent.adapters.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FuzzInputs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: all bytes that a client sends in one connection. */
final class RequestHeadFuzzTest {
  private static final LoopbackAgent AGENT = new LoopbackAgent();

  public static void fuzzerTestOneInput(byte[] input) {
    var answers = AGENT.exchange(input);
    var sent = new String(input, ISO_8859_1);
    assertThat(answers.lines().filter(line -> line.startsWith("HTTP/")))
        .hasSizeLessThanOrEqualTo((int) sent.chars().filter(c -> c == '\n').count() + 1)
        .allMatch(line -> line.matches("HTTP/1\\.1 (100|200|299|304|4\\d\\d|501|505) .*"));
    assertThat(answers).doesNotContainIgnoringCase("jetty").doesNotContain("passed on");
    if (answers.contains(LoopbackAgent.VALUE)) {
      assertThat(sent).contains(LoopbackAgent.TOKEN).contains("GET ");
    }
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
