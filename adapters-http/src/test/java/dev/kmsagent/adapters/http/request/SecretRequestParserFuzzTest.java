package dev.kmsagent.adapters.http.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Parsed.Bad;
import dev.kmsagent.adapters.http.request.Parsed.Good;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.testkit.FuzzInputs;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: a query, and in a second line the end of a path, in each dialect. */
final class SecretRequestParserFuzzTest {
  private static final List<Dialect> DIALECTS =
      Arrays.stream(ResponseType.values()).map(Dialects::of).toList();

  public static void fuzzerTestOneInput(byte[] input) {
    var lines = new String(input, UTF_8).split("\n", 2);
    for (var dialect : DIALECTS) {
      var parser = new SecretRequestParser(dialect::stage);
      assertAnswered(parser.named(lines[0]), parser, dialect);
      if (lines.length == 2) {
        assertAnswered(parser.pathNamed(lines[1], lines[0]), parser, dialect);
      }
    }
  }

  private static void assertAnswered(
      Parsed<SecretRequest> parsed, SecretRequestParser parser, Dialect dialect) {
    switch (parsed) {
      case Good<SecretRequest>(var request) -> {
        var name = URLEncoder.encode(request.query().name().value(), UTF_8);
        assertThat(parser.named("secretId=" + name + '&' + rest(request))).isEqualTo(parsed);
        assertThat(parser.pathNamed(name.replace("+", "%20"), rest(request))).isEqualTo(parsed);
      }
      case Bad<SecretRequest>(var problem) -> assertSentence(problem, dialect);
    }
  }

  /** The request without the name, in canonical form. */
  static String rest(SecretRequest request) {
    var version = request.query().version();
    var id = version.id().map(it -> "versionId=" + URLEncoder.encode(it.value(), UTF_8));
    var stage = version.stage().map(it -> "versionStage=" + URLEncoder.encode(it.value(), UTF_8));
    return Stream.concat(id.stream(), stage.stream()).collect(Collectors.joining("&"))
        + "&refreshNow="
        + (request.mode() == ReadMode.REFRESH_NOW)
        + field(request)
        + (request.boundsStaleness() ? "&maxStale=" + request.maxStale().toSeconds() : "");
  }

  private static String field(SecretRequest request) {
    var field = request.field();
    return field == null ? "" : "&field=" + URLEncoder.encode(field, UTF_8);
  }

  /** It is short and printable, and each kind of client can read it. */
  private static void assertSentence(String problem, Dialect dialect) {
    assertThat(problem).hasSizeLessThan(100).matches("[ -~]+");
    var body = new String(dialect.failure(Failure.invalidParameter(problem), "id"), UTF_8);
    assertThat(JsonParser.parseString(body).isJsonObject()).isTrue();
    assertThat(body).contains(new JsonPrimitive(problem).toString().substring(1));
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
