package dev.kmsagent.adapters.http;

import static java.lang.Integer.parseInt;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.regex.Matcher.quoteReplacement;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FuzzInputs;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: all bytes that a client sends in one connection. */
public final class RequestHeadFuzzTest {
  /** Of the only secret, {@code db}, which is cached. */
  private static final String VALUE = "hunter2-canary";

  private static final Pattern ESCAPE = Pattern.compile("%(\\p{XDigit}{2})");

  private static final TestAgent AGENT = new TestAgent();

  /** Outside the time that an input may take. Jazzer needs a public class for it. */
  @BeforeAll
  public static void fuzzerInitialize() {
    AGENT.hold(Secrets.text("db", "v1", VALUE));
  }

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    var sent = new String(input, ISO_8859_1);
    var answers = ClientConnection.exchangeText(AGENT.port, sent);
    assertThat(answers.lines().filter(line -> line.startsWith("HTTP/")))
        .hasSizeLessThanOrEqualTo((int) sent.chars().filter(c -> c == '\n').count() + 1)
        .allMatch(line -> line.matches("HTTP/1\\.1 (100|200|304|4\\d\\d|501|505) .*"));
    if (!decoded(sent).contains("jetty")) {
      assertThat(answers).doesNotContainIgnoringCase("jetty");
    }
    if (answers.contains(VALUE)) {
      assertThat(sent).contains(TestAgent.TOKEN).contains("GET ");
    }
  }

  /** Answers quote a name as it is decoded. */
  private static String decoded(String sent) {
    return ESCAPE
        .matcher(sent)
        .replaceAll(it -> quoteReplacement(Character.toString(parseInt(it.group(1), 16))))
        .toLowerCase(Locale.ROOT);
  }

  @Test
  void a_request_with_the_token_gets_the_value() throws IOException {
    assertThat(ClientConnection.exchangeText(AGENT.port, TestAgent.request("/v1/db")))
        .contains(VALUE);
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) throws IOException {
    fuzzerTestOneInput(input);
  }
}
