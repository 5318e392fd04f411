package dev.kmsagent.emulator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fixed signatures were computed by a program of a few lines of Python after the vendor's
 * description.
 */
final class SignatureVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final String ACCEPTED = "accepted";

  private final AccessKeys keys = new AccessKeys();
  private Instant now = NOW;
  private final SignatureVerifier verifier = new SignatureVerifier(keys, () -> now, () -> now);

  SignatureVerifierTest() {
    keys.add(AccessKey.lasting("key", "key-secret"));
    keys.add(
        AccessKey.temporary("STS.key", "key-secret", "token/+=", NOW.plus(Duration.ofMinutes(10))));
  }

  private Authentication verify(HttpRequest request) {
    Parameters parameters = Parameters.parse(request.query()).and(Parameters.parse(request.body()));
    return verifier.verify(request, parameters);
  }

  /** {@link #ACCEPTED}, or status and code of the refusal. */
  private String outcome(HttpRequest request) {
    return verify(request).refusal().map(it -> it.status() + " " + it.code()).orElse(ACCEPTED);
  }

  private static Authentication accepted(SignatureScheme scheme, String accessKeyId) {
    return new Authentication(scheme, accessKeyId, Optional.empty());
  }

  private void assertNamed(HttpRequest request, String code, String name) {
    var error = verify(request).refusal().orElseThrow();
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.message()).contains(name);
  }

  @Nested
  class Version_3 {
    private static final String MISMATCH = "400 SignatureDoesNotMatch";
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
          .isEqualTo(accepted(SignatureScheme.V3, "key"));
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
      String authorization = authorization("STS.key", signature);
      assertThat(verify(request("SecretName=a", "SecretData=a+b%2B", authorization)))
          .isEqualTo(accepted(SignatureScheme.V3, "STS.key"));
    }

    @Test
    void a_change_of_anything_that_is_signed_and_a_header_that_is_not_are_refused() {
      assertThat(outcome(vector("SecretName=other", "", SIGNATURE))).isEqualTo(MISMATCH);
      assertThat(outcome(vector(QUERY, "SecretData=a", SIGNATURE))).isEqualTo(MISMATCH);
      assertThat(outcome(vector(QUERY, "", SIGNATURE.replace('e', 'f')))).isEqualTo(MISMATCH);
      String authorization = authorization("key", SIGNATURE);
      assertThat(outcome(request(QUERY, "", authorization.replace("SHA256", "SM3"))))
          .isEqualTo("400 InvalidParameter");
      headers.put("x-acs-security-token", "smuggled");
      assertThat(outcome(request(QUERY, "", authorization))).isEqualTo(MISMATCH);
      headers.remove("x-acs-security-token");
      headers.put("x-acs-action", "DeleteSecret");
      assertThat(outcome(vector(QUERY, "", SIGNATURE))).isEqualTo(MISMATCH);
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
      assertNamed(vector(QUERY, "", SIGNATURE), code, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Credential", "SignedHeaders", "Signature"})
    void a_missing_part_of_the_authorization_is_named(String part) {
      String authorization = authorization("key", SIGNATURE).replaceAll(part + "=[^,]*,?", "");
      assertNamed(request(QUERY, "", authorization), "MissingParameter", part);
    }

    private HttpRequest vector(String query, String body, String signature) {
      return request(query, body, authorization("key", signature));
    }

    private HttpRequest request(String query, String body, String authorization) {
      var fields = new HashMap<String, List<String>>();
      headers.forEach((name, value) -> fields.put(name, List.of(value)));
      fields.put("Authorization", List.of(authorization));
      return new HttpRequest("POST", "", "/?" + query, fields, body);
    }

    private String authorization(String id, String signature) {
      return "ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s"
          .formatted(id, String.join(";", headers.keySet()), signature);
    }
  }

  @Nested
  class Version_1 {
    private static final String QUERY =
        "Action=GetSecretValue&Version=2016-01-20&Format=JSON&AccessKeyId=STS.key"
            + "&SecurityToken=token/%2B=&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0"
            + "&SignatureNonce=nonce-1&Timestamp=2026-11-24T12:00:00Z&SecretName=db/p*s+~1%2B%C3%A9";
    private static final String SIGNATURE = "&Signature=OD7cNIp5tvLafPiNA1Zp8%2B3QldU%3D";

    static Stream<HttpRequest> vectors() {
      var ofGet = "&Signature=IWVOghaNkbjeijYCHGdxv%2BiCbUw%3D";
      return Stream.of(
          post(QUERY + SIGNATURE),
          new HttpRequest("POST", "", "/", Map.of(), QUERY + SIGNATURE),
          new HttpRequest("GET", "", "/?" + QUERY + ofGet, Map.of(), ""));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void the_vector_is_accepted_as_a_post_as_a_form_and_as_a_get(HttpRequest vector) {
      assertThat(verify(vector)).isEqualTo(accepted(SignatureScheme.V1, "STS.key"));
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
      var rest = (QUERY + SIGNATURE).replaceAll("&" + name + "=[^&]*", "");
      assertNamed(post(rest), code, '"' + name + '"');
    }

    @ParameterizedTest
    @CsvSource({
      "Get, Delete, 400 SignatureDoesNotMatch",
      "HMAC-SHA1, HMAC-SHA256, 400 InvalidParameter"
    })
    void a_changed_parameter_or_another_method_is_refused(String from, String to, String code) {
      assertThat(outcome(post(QUERY.replace(from, to) + SIGNATURE))).isEqualTo(code);
    }
  }

  @Nested
  class The_key {
    private static final String MISMATCH = "400 InvalidSecurityToken.MismatchWithAccessKey";

    @Test
    void must_be_known_and_is_unknown_once_removed() {
      keys.remove("key");
      assertThat(outcome(signed("other", Map.of()))).isEqualTo("404 InvalidAccessKeyId.NotFound");
      assertThat(outcome(signed("key", Map.of()))).isEqualTo("404 InvalidAccessKeyId.NotFound");
    }

    @Test
    void that_was_minted_needs_its_token_and_one_without_an_end_takes_none() {
      assertThat(outcome(signed("STS.key", Map.of()))).isEqualTo("404 InvalidAccessKeyId.NotFound");
      assertThat(outcome(minted("other"))).isEqualTo(MISMATCH);
      assertThat(outcome(minted("token/+="))).isEqualTo(ACCEPTED);
      assertThat(outcome(signed("key", Map.of("SecurityToken", "any")))).isEqualTo(MISMATCH);
    }

    @Test
    void that_was_minted_expires_on_the_instant() {
      now = NOW.plus(Duration.ofMinutes(10)).minusNanos(1);
      assertThat(outcome(minted("token/+="))).isEqualTo(ACCEPTED);
      now = NOW.plus(Duration.ofMinutes(10));
      assertThat(outcome(minted("token/+="))).isEqualTo("400 InvalidSecurityToken.Expired");
    }

    private static HttpRequest minted(String token) {
      return signed("STS.key", Map.of("SecurityToken", token, "SignatureNonce", token));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-24T11:45:00Z, accepted",
    "2026-11-24T12:15:00Z, accepted",
    "2026-11-24T11:44:59Z, 400 IllegalTimestamp",
    "2026-11-24T12:15:01Z, 400 IllegalTimestamp",
    "noon, 400 IllegalTimestamp"
  })
  void the_clock_may_be_off_by_fifteen_minutes(String timestamp, String outcome) {
    assertThat(outcome(signed("key", Map.of("Timestamp", timestamp)))).isEqualTo(outcome);
  }

  @Test
  void a_nonce_is_accepted_once_for_each_key_and_not_used_by_a_refused_request() {
    keys.add(AccessKey.lasting("second", "key-secret"));
    assertThat(outcome(signed("key", Map.of("SecurityToken", "any")))).isNotEqualTo(ACCEPTED);
    assertThat(outcome(signed("key", Map.of()))).isEqualTo(ACCEPTED);
    assertThat(outcome(signed("key", at(NOW.plusSeconds(1))))).isEqualTo("400 SignatureNonceUsed");
    assertThat(outcome(signed("second", Map.of()))).isEqualTo(ACCEPTED);
  }

  @Test
  void a_nonce_is_forgotten_when_no_replay_could_be_in_time() {
    assertThat(outcome(signed("key", at(NOW.plus(Duration.ofMinutes(15)))))).isEqualTo(ACCEPTED);
    now = NOW.plus(Duration.ofMinutes(30));
    assertThat(outcome(signed("key", at(now)))).isEqualTo("400 SignatureNonceUsed");
    now = NOW.plus(Duration.ofMinutes(30)).plusNanos(1);
    assertThat(outcome(signed("key", at(now)))).isEqualTo(ACCEPTED);
  }

  private static Map<String, String> at(Instant time) {
    return Map.of("Timestamp", time.toString());
  }

  @Test
  void a_request_without_a_signature_is_refused() {
    assertThat(verify(post("Action=ListSecrets")).scheme()).isEqualTo(SignatureScheme.NONE);
    assertNamed(post("Action=ListSecrets"), "MissingParameter", "AccessKeyId");
  }

  @Test
  void keys_and_tokens_do_not_print() {
    assertThat(AccessKey.temporary("id", "canary", "canary", NOW).toString())
        .doesNotContain("canary")
        .contains("***");
  }

  /** A request with a right signature of version 1 by {@code key-secret}, with these values. */
  private static HttpRequest signed(String keyId, Map<String, String> others) {
    var values = new HashMap<>(Map.of("SignatureNonce", "nonce", "Timestamp", NOW.toString()));
    values.put("AccessKeyId", keyId);
    values.putAll(others);
    return post(SignedQuery.of("POST", "key-secret", values));
  }

  private static HttpRequest post(String query) {
    return new HttpRequest("POST", "", "/?" + query, Map.of(), "");
  }
}
