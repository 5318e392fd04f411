package dev.kmsagent.adapters.http.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Parsed.Bad;
import dev.kmsagent.adapters.http.request.Parsed.Good;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.testkit.FuzzInputs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: the body of a call about a token. */
final class TokenCallFuzzTest {
  private static final String TOKEN = "own";
  private static final VaultBodies BODIES = new VaultBodies("secret");

  public static void fuzzerTestOneInput(byte[] input) {
    var text = new String(input, UTF_8);
    switch (TokenCall.parse(text)) {
      case Good<TokenCall>(var call) -> {
        var body = JsonParser.parseString(text);
        var json = body.isJsonObject() ? body.getAsJsonObject() : new JsonObject();
        assertThat(call.isAbout(new ConfidentialText(TOKEN))).isEqualTo(namesNoOther(json));
        assertThat(call.paths()).allMatch(path -> !path.isBlank() && !path.contains(","));
        if (!call.paths().isEmpty()) {
          assertThat(answer(call).has("lease_id")).isTrue();
        }
      }
      case Bad<TokenCall>(var problem) -> assertThat(problem).doesNotContain(TOKEN);
    }
  }

  private static boolean namesNoOther(JsonObject body) {
    var token = body.get("token");
    return token == null || token.isJsonNull() || token.equals(new JsonPrimitive(TOKEN));
  }

  private static JsonObject answer(TokenCall call) {
    var answer = (Admission.ToBody) BODIES.capabilities(call.paths());
    return JsonParser.parseString(new String(answer.json().apply("id"), UTF_8)).getAsJsonObject();
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
