package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenExchangeTest {
  /** As the documentation of AssumeRoleWithOIDC shows it, its masked digits filled in. */
  @Test
  void the_documented_answer_names_the_role() {
    assertThat(
            in(
                """
                {"RequestId":"3D57EAD2-8723-1F26-B69C-F8707D8B565D",
                "OIDCTokenInfo":{"Subject":"KryrkIdjylZb7agUgCEf","ClientIds":"496271242565057"},
                "AssumedRoleUser":{"AssumedRoleId":"331577948954600000",
                "Arn":"acs:ram::1135115445850000:role/testoidc/TestOidcAssumedRoleSession"},
                "Credentials":{"AccessKeyId":"STS.NUgYrLnoC37mZZCNnAbez"}}\
                """))
        .isEqualTo(named("acs:ram::1135115445850000:role/testoidc"));
  }

  @ParameterizedTest
  @CsvSource({
    "acs:ram::1234:role/web-reader.1/session@a_b-c.d, true",
    "acs:ram::1234:assumed-role/web-reader.1/another, true",
    "acs:sts::1234:assumed-role/web-reader.1/alice, true",
    "acs:ram::1234:role/web-reader.1, true",
    "'', false",
    "web-reader, false",
    "acs:ram::1234:root, false",
    "acs:ram::1234:user/alice, false",
    "acs:ram::1234:role, false",
    "acs:ram::1234:role/, false",
    "acs:ram::1234:role//session, false",
    "acs:ram::1234:role/web-reader.1/, false",
    "acs:ram::1234:role/web-reader.1/a/b, false",
    "acs:ram:::role/web-reader.1/session, false",
    "acs:oss::1234:role/web-reader.1/session, false",
    "arn:aws:sts::1234:assumed-role/web-reader.1/session, false"
  })
  void every_form_of_it_names_the_same_role_and_nothing_else_one(String arn, boolean isNamed) {
    assertThat(in("{\"AssumedRoleUser\":{\"Arn\":\"" + arn + "\"}}"))
        .isEqualTo(isNamed ? named("acs:ram::1234:role/web-reader.1") : Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>",
        "[]",
        "{\"AssumedRoleUser\":null}",
        "{\"AssumedRoleUser\":\"acs:ram::1:role/a/b\"}",
        "{\"AssumedRoleUser\":{\"Arn\":{}}}",
        "{\"Arn\":\"acs:ram::1:role/a/b\"}"
      })
  void another_answer_names_none(String answer) {
    assertThat(in(answer)).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "403, <html>Blocked</html>, KMS.StsEndpoint",
    "302, '', KMS.StsEndpoint",
    "407, <html>Log in</html>, KMS.Proxy",
    "429, '{\"Code\":\"Unheard.Of\"}', just now",
    "503, '{\"Code\":\"Unheard.Of\"}', just now",
    "400, '{\"Code\":\"Rejected.Throttling.User\"}', ''",
    "401, '{\"Code\":\"AuthenticationFail.OIDCToken.Expired\"}', KMS.OidcTokenFile"
  })
  void what_is_no_refusal_by_sts_passes(int status, String body, String told) {
    assertThat(TokenExchange.refused(status, body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Unavailable.class, passing -> assertThat(passing.detail()).contains(told));
  }

  @ParameterizedTest
  @CsvSource({
    "AuthenticationFail.OIDCToken.AudienceNotMatch, 'audience, client IDs, sts.aliyuncs.com'",
    "AuthenticationFail.OIDCToken.Invalid, 'issuer, fingerprints'",
    "AuthenticationFail.NoPermission, 'trust policy, issuer, audience, subject'",
    "EntityNotExist.Role, KMS.RoleArn",
    "Unheard.Of, STS refuses to give credentials"
  })
  void a_refusal_says_what_to_compare(String code, String told) {
    var body = "{\"Code\":\"" + code + "\"}";
    assertThat(TokenExchange.refused(401, body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            IdentityRefused.class,
            refused -> assertThat(refused.detail()).contains(told.split(", ")));
  }

  @Test
  void an_answer_much_longer_than_a_key_is_unreadable() {
    var answer =
        """
        {"Credentials":{"AccessKeyId":"a","AccessKeySecret":"b","Expiration":"2026-01-01T00:00:00Z",
        "SecurityToken":"%s"}}\
        """;
    assertThat(read(answer.formatted("t".repeat(4000)))).isInstanceOf(Issue.Issued.class);
    assertThat(read(answer.formatted("t".repeat(9000)))).isInstanceOf(Issue.NotIssued.class);
  }

  private static Issue read(String answer) {
    return TokenExchange.read(answer.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<Principal> in(String answer) {
    return TokenExchange.assumedRole(answer.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<Principal> named(String arn) {
    return Optional.of(new Principal(arn));
  }
}
