package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.kmsagent.adapters.kms.credentials.OidcToken.Claims;
import dev.kmsagent.adapters.kms.credentials.OidcToken.Unreadable;
import dev.kmsagent.testkit.FuzzInputs;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
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

  /** A reason quotes nothing; claims are the same in a token that has no others. */
  private static void assertRead(OidcToken token) {
    switch (token) {
      case Unreadable(var reason) ->
          assertThat(reason).startsWith("The file holds no JSON Web Token").hasSizeLessThan(60);
      case Claims claims ->
          assertThat(OidcToken.parse(compact(JSON.toJson(json(claims)).getBytes(UTF_8))))
              .isEqualTo(claims);
    }
  }

  private static Map<String, Object> json(Claims claims) {
    var json = new HashMap<String, Object>();
    json.put("iss", claims.issuer());
    json.put("sub", claims.subject());
    json.put("aud", claims.audiences());
    if (!claims.expires().equals(Instant.MAX)) {
      json.put("exp", claims.expires().getEpochSecond());
    }
    return json;
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
