package dev.kmsagent.adapters.http.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.testkit.FuzzInputs;
import java.net.URLEncoder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: a query, and in a second line the end of a path. */
final class SecretRequestParserFuzzTest {
  private static final SecretRequestParser PARSER = new SecretRequestParser(Stage::new);

  public static void fuzzerTestOneInput(byte[] input) {
    var lines = new String(input, UTF_8).split("\n", 2);
    assertAnswered(PARSER.named(lines[0]));
    if (lines.length == 2) {
      assertAnswered(PARSER.pathNamed(lines[1], lines[0]));
    }
  }

  /** A request is parsed from its canonical form, too; a problem is short and printable. */
  private static void assertAnswered(Parsed<SecretRequest> parsed) {
    switch (parsed) {
      case Valid<SecretRequest>(var request) -> {
        var name = URLEncoder.encode(request.query().name().value(), UTF_8);
        assertThat(PARSER.named("secretId=" + name + '&' + rest(request))).isEqualTo(parsed);
        assertThat(PARSER.pathNamed(name.replace("+", "%20"), rest(request))).isEqualTo(parsed);
      }
      case Invalid<SecretRequest>(var problem) ->
          assertThat(problem).hasSizeLessThan(100).matches("[ -~]+");
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
        + (request.maxStale().equals(SecretRequest.AS_CONFIGURED)
            ? ""
            : "&maxStale=" + request.maxStale().toSeconds())
        + request.rejected().stream()
            .map(it -> "&rejected=" + URLEncoder.encode(it.value(), UTF_8))
            .sorted()
            .collect(Collectors.joining());
  }

  private static String field(SecretRequest request) {
    return request.fields().stream()
        .map(name -> URLEncoder.encode(name, UTF_8))
        .reduce((names, name) -> names + ',' + name)
        .map(names -> (request.isObject() ? "&fields=" : "&field=") + names)
        .orElse("");
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
