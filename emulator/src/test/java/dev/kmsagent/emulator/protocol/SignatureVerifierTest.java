package dev.kmsagent.emulator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fixed signatures were computed by a program of a few lines of Python after the vendor's
 * description.
 */
final class SignatureVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private final AccessKeys keys = new AccessKeys();
  private Instant now = NOW;
  private final SignatureVerifier verifier = new SignatureVerifier(keys, () -> now, () -> now);

  SignatureVerifierTest() {
    keys.add(AccessKey.lasting("key", "key-secret"));
    keys.add(
        AccessKey.temporary("STS.key", "key-secret", "token/+=", NOW.plus(Duration.ofMinutes(10))));
  }

  @Nested
  class Version_3 {
    private static final String SIGNATURE =
        "ebffe487eca269d65b274560230d6e92572ad4a52be4c0fba83a34f5c6c98339";
    private static final String QUERY =
        "SecretName=db%2Fp%2As%20~1%2B%C3%A9&VersionStage=ACSCurrent&Empty=";
    private static final String EMPTY_HASH =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final Map<String, String> headers =
        new TreeMap<>(
            Map.of(
                "x-acs-action", "GetSecretValue",
                "x-acs-version", "2016-01-20",
                "x-acs-date", "2026-11-24T12:00:00Z",
                "x-acs-signature-nonce", "nonce-1",
                "x-acs-content-sha256", EMPTY_HASH));

    @ParameterizedTest
    @ValueSource(
        strings = {
          QUERY,
          "SecretName=db/p*s+~1%2b%c3%a9&VersionStage=ACSCurrent&Empty=",
          "VersionStage=ACSCurrent&SecretName=db%2Fp*s%20%7E1%2B%C3%A9&Empty"
        })
    void the_vector_is_accepted_in_every_spelling_of_its_query(String query) {
      assertThat(verify(vector(query, "", SIGNATURE)))
          .isEqualTo(new Authentication.Accepted(SignatureScheme.V3, "key"));
    }

    @Test
    void a_body_a_token_and_signed_headers_of_http_are_part_of_it() {
      headers.put("x-acs-action", "CreateSecret");
      headers.put("x-acs-signature-nonce", "nonce-2");
      headers.put("x-acs-accesskey-id", "STS.key");
      headers.put("x-acs-security-token", "token/+=");
      headers.put("content-type", "application/x-www-form-urlencoded");
      headers.put("host", "127.0.0.1:8080");
      headers.put(
          "x-acs-content-sha256",
          "f7c84c18e14ddb61c15dfd15e238ef6f1513f36eb0254a6097bec4e795663a24");
      String signature = "2d770b7d2902840453d4b5255a783a68d0d120160f34050348bb5568f90cb11f";
      String authorization =
          authorization("STS.key", String.join(";", headers.keySet()), signature);
      assertThat(verify(request("SecretName=a", "SecretData=a+b%2B", authorization)))
          .isEqualTo(new Authentication.Accepted(SignatureScheme.V3, "STS.key"));
    }

    @Test
    void a_changed_query_is_refused() {
      assertThat(code(verify(vector("SecretName=other", "", SIGNATURE))))
          .isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void a_changed_header_is_refused() {
      headers.put("x-acs-action", "DeleteSecret");
      assertThat(code(verify(vector(QUERY, "", SIGNATURE)))).isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void a_changed_body_is_refused() {
      assertThat(code(verify(vector(QUERY, "SecretData=a", SIGNATURE))))
          .isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void a_changed_signature_is_refused() {
      assertThat(code(verify(vector(QUERY, "", SIGNATURE.replace('e', 'f')))))
          .isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void a_header_of_the_protocol_that_is_not_signed_is_refused() {
      String signed = String.join(";", headers.keySet());
      headers.put("x-acs-security-token", "smuggled");
      assertThat(code(verify(request(QUERY, "", authorization("key", signed, SIGNATURE)))))
          .isEqualTo("SignatureDoesNotMatch");
    }

    @ParameterizedTest
    @CsvSource({
      "x-acs-action, MissingParameter",
      "x-acs-version, MissingParameter",
      "x-acs-signature-nonce, MissingParameter",
      "x-acs-content-sha256, MissingParameter",
      "x-acs-date, IllegalTimestamp"
    })
    void a_missing_header_is_named(String name, String code) {
      headers.remove(name);
      Authentication result = verify(vector(QUERY, "", SIGNATURE));
      assertThat(code(result)).isEqualTo(code);
      assertThat(message(result)).contains(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Credential", "SignedHeaders", "Signature"})
    void a_missing_part_of_the_authorization_is_named(String part) {
      String whole = authorization("key", String.join(";", headers.keySet()), SIGNATURE);
      String authorization = whole.replaceAll(part + "=[^,]*,?", "");
      Authentication result = verify(request(QUERY, "", authorization));
      assertThat(code(result)).isEqualTo("MissingParameter");
      assertThat(message(result)).contains(part);
    }

    @Test
    void another_algorithm_is_refused() {
      String authorization =
          authorization("key", String.join(";", headers.keySet()), SIGNATURE)
              .replace("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3");
      assertThat(code(verify(request(QUERY, "", authorization)))).isEqualTo("InvalidParameter");
    }

    private HttpRequest vector(String query, String body, String signature) {
      return request(
          query, body, authorization("key", String.join(";", headers.keySet()), signature));
    }

    private HttpRequest request(String query, String body, String authorization) {
      var fields = new HashMap<String, List<String>>();
      headers.forEach((name, value) -> fields.put(name, List.of(value)));
      fields.put("Authorization", List.of(authorization));
      return new HttpRequest("POST", "", "/?" + query, fields, body);
    }

    private static String authorization(String id, String signed, String signature) {
      return "ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s"
          .formatted(id, signed, signature);
    }
  }

  @Nested
  class Version_1 {
    private static final String QUERY =
        "Action=GetSecretValue&Version=2016-01-20&Format=JSON&AccessKeyId=STS.key"
            + "&SecurityToken=token/%2B=&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0"
            + "&SignatureNonce=nonce-1&Timestamp=2026-11-24T12:00:00Z&SecretName=db/p*s+~1%2B%C3%A9";
    private static final String SIGNATURE = "&Signature=OD7cNIp5tvLafPiNA1Zp8%2B3QldU%3D";

    @Test
    void the_vector_is_accepted() {
      assertThat(verify(post(QUERY + SIGNATURE)))
          .isEqualTo(new Authentication.Accepted(SignatureScheme.V1, "STS.key"));
    }

    @Test
    void the_vector_is_accepted_as_a_get() {
      String signature = "&Signature=IWVOghaNkbjeijYCHGdxv%2BiCbUw%3D";
      assertThat(verify(new HttpRequest("GET", "", "/?" + QUERY + signature, none(), "")))
          .isEqualTo(new Authentication.Accepted(SignatureScheme.V1, "STS.key"));
    }

    @Test
    void the_vector_is_accepted_as_a_form() {
      var request = new HttpRequest("POST", "", "/", none(), QUERY + SIGNATURE);
      assertThat(verify(request)).isInstanceOf(Authentication.Accepted.class);
    }

    @Test
    void a_changed_parameter_is_refused() {
      assertThat(code(verify(post(QUERY.replace("Get", "Delete") + SIGNATURE))))
          .isEqualTo("SignatureDoesNotMatch");
    }

    @ParameterizedTest
    @CsvSource({
      "AccessKeyId, MissingParameter",
      "SignatureMethod, MissingParameter",
      "SignatureVersion, MissingParameter",
      "SignatureNonce, MissingParameter",
      "Signature, MissingParameter",
      "Timestamp, IllegalTimestamp"
    })
    void a_missing_parameter_is_named(String name, String code) {
      Authentication result =
          verify(post((QUERY + SIGNATURE).replaceAll("&" + name + "=[^&]*", "")));
      assertThat(code(result)).isEqualTo(code);
      assertThat(message(result)).contains('"' + name + '"');
    }

    @Test
    void another_method_is_refused() {
      assertThat(code(verify(post(QUERY.replace("HMAC-SHA1", "HMAC-SHA256") + SIGNATURE))))
          .isEqualTo("InvalidParameter");
    }
  }

  @Nested
  class The_key {
    @Test
    void must_be_known() {
      assertThat(code(verify(signed("other", "nonce", NOW, Map.of()))))
          .isEqualTo("InvalidAccessKeyId.NotFound");
      assertThat(status(verify(signed("other", "nonce", NOW, Map.of())))).isEqualTo(404);
    }

    @Test
    void is_unknown_once_removed() {
      keys.remove("key");
      assertThat(code(verify(signed("key", "nonce", NOW, Map.of()))))
          .isEqualTo("InvalidAccessKeyId.NotFound");
    }

    @Test
    void that_was_minted_needs_its_token() {
      assertThat(code(verify(signed("STS.key", "nonce", NOW, Map.of()))))
          .isEqualTo("InvalidAccessKeyId.NotFound");
      assertThat(code(verify(minted("other"))))
          .isEqualTo("InvalidSecurityToken.MismatchWithAccessKey");
      assertThat(verify(minted("token/+="))).isInstanceOf(Authentication.Accepted.class);
    }

    @Test
    void that_was_minted_expires_on_the_instant() {
      now = NOW.plus(Duration.ofMinutes(10)).minusNanos(1);
      assertThat(verify(minted("token/+="))).isInstanceOf(Authentication.Accepted.class);
      now = NOW.plus(Duration.ofMinutes(10));
      assertThat(code(verify(minted("token/+=")))).isEqualTo("InvalidSecurityToken.Expired");
    }

    @Test
    void without_an_end_takes_no_token() {
      assertThat(code(verify(signed("key", "nonce", NOW, Map.of("SecurityToken", "any")))))
          .isEqualTo("InvalidSecurityToken.MismatchWithAccessKey");
    }

    private HttpRequest minted(String token) {
      return signed("STS.key", "nonce-" + token, NOW, Map.of("SecurityToken", token));
    }
  }

  @Nested
  class The_clock {
    @ParameterizedTest
    @ValueSource(longs = {-900, 0, 900})
    void may_be_off_by_fifteen_minutes(long seconds) {
      assertThat(verify(signed("key", "nonce", NOW.plusSeconds(seconds), Map.of())))
          .isInstanceOf(Authentication.Accepted.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-901, 901})
    void may_not_be_off_by_more(long seconds) {
      Authentication result = verify(signed("key", "nonce", NOW.plusSeconds(seconds), Map.of()));
      assertThat(code(result)).isEqualTo("IllegalTimestamp");
      assertThat(status(result)).isEqualTo(400);
    }

    @Test
    void must_be_a_time() {
      assertThat(code(verify(signed("key", "nonce", NOW, Map.of("Timestamp", "noon")))))
          .isEqualTo("IllegalTimestamp");
    }
  }

  @Nested
  class A_nonce {
    @Test
    void is_accepted_once() {
      verify(signed("key", "nonce", NOW, Map.of()));
      Authentication again = verify(signed("key", "nonce", NOW.plusSeconds(1), Map.of()));
      assertThat(code(again)).isEqualTo("SignatureNonceUsed");
      assertThat(status(again)).isEqualTo(400);
    }

    @Test
    void is_each_key_s_own() {
      keys.add(AccessKey.lasting("second", "key-secret"));
      verify(signed("key", "nonce", NOW, Map.of()));
      assertThat(verify(signed("second", "nonce", NOW, Map.of())))
          .isInstanceOf(Authentication.Accepted.class);
    }

    @Test
    void is_not_used_by_a_refused_request() {
      verify(signed("key", "nonce", NOW, Map.of("SecurityToken", "any")));
      assertThat(verify(signed("key", "nonce", NOW, Map.of())))
          .isInstanceOf(Authentication.Accepted.class);
    }

    @Test
    void is_forgotten_when_no_replay_could_be_in_time() {
      verify(signed("key", "nonce", NOW.plus(Duration.ofMinutes(15)), Map.of()));
      now = NOW.plus(Duration.ofMinutes(30));
      assertThat(code(verify(signed("key", "nonce", now, Map.of()))))
          .isEqualTo("SignatureNonceUsed");
      now = NOW.plus(Duration.ofMinutes(30)).plusNanos(1);
      assertThat(verify(signed("key", "nonce", now, Map.of())))
          .isInstanceOf(Authentication.Accepted.class);
    }
  }

  @Test
  void a_request_without_a_signature_is_refused() {
    assertThat(verify(post("Action=ListSecrets")))
        .isInstanceOfSatisfying(
            Authentication.Refused.class,
            refused -> {
              assertThat(refused.scheme()).isEqualTo(SignatureScheme.NONE);
              assertThat(refused.error().code()).isEqualTo("MissingParameter");
            });
  }

  @Test
  void keys_and_tokens_do_not_print() {
    assertThat(AccessKey.temporary("id", "canary", "canary", NOW).toString())
        .doesNotContain("canary")
        .contains("***");
  }

  private Authentication verify(HttpRequest request) {
    Parameters parameters = Parameters.parse(request.query()).and(Parameters.parse(request.body()));
    return verifier.verify(request, parameters);
  }

  /**
   * A request that is rightly signed after V1 with {@code key-secret}, whatever else is wrong with
   * it.
   */
  private static HttpRequest signed(
      String keyId, String nonce, Instant time, Map<String, String> others) {
    var values = new TreeMap<String, String>();
    values.put("AccessKeyId", keyId);
    values.put("SignatureNonce", nonce);
    values.put("Timestamp", time.toString());
    values.put("SignatureMethod", "HMAC-SHA1");
    values.put("SignatureVersion", "1.0");
    values.putAll(others);
    String canonical = new Parameters(values).canonical();
    String signature =
        SignatureScheme.V1.sign(
            new AccessKey.KeySecret("key-secret"), "POST&%2F&" + Parameters.encode(canonical));
    return post(canonical + "&Signature=" + Parameters.encode(signature));
  }

  private static HttpRequest post(String query) {
    return new HttpRequest("POST", "", "/?" + query, none(), "");
  }

  private static Map<String, List<String>> none() {
    return Map.of();
  }

  private static String code(Authentication result) {
    return ((Authentication.Refused) result).error().code();
  }

  private static int status(Authentication result) {
    return ((Authentication.Refused) result).error().status();
  }

  private static String message(Authentication result) {
    return ((Authentication.Refused) result).error().message();
  }
}
