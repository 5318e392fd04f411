package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.kmsagent.testkit.FuzzInputs;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: a token in its compact form, and the claims in one. */
final class OidcTokenFuzzTest {
  private static final Gson JSON = new Gson();

  public static void fuzzerTestOneInput(byte[] input) {
    assertRead(OidcToken.parse(new String(input, UTF_8)));
    assertRead(OidcToken.parse(compact(input)));
  }

  private static String compact(byte[] payload) {
    return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(payload) + ".c2ln";
  }

  /** Claims are the same in a token that has no others. */
  private static void assertRead(Optional<OidcToken> token) {
    token.ifPresent(
        claims ->
            assertThat(OidcToken.parse(compact(JSON.toJson(json(claims)).getBytes(UTF_8))))
                .hasValue(claims));
  }

  private static Map<String, Object> json(OidcToken claims) {
    return Map.of("iss", claims.issuer(), "sub", claims.subject());
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
