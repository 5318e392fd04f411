package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StsServiceTest {
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
  @ValueSource(
      strings = {
        "acs:ram::1234:role/web-reader.1/session@a_b-c.d",
        "acs:ram::1234:assumed-role/web-reader.1/another",
        "acs:sts::1234:assumed-role/web-reader.1/alice",
        "acs:ram::1234:role/web-reader.1"
      })
  void every_form_of_it_names_the_same_role(String arn) {
    assertThat(inArn(arn)).isEqualTo(named("acs:ram::1234:role/web-reader.1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web-reader",
        "acs:ram::1234:root",
        "acs:ram::1234:user/alice",
        "acs:ram::1234:role",
        "acs:ram::1234:role/",
        "acs:ram::1234:role//session",
        "acs:ram::1234:role/web-reader/",
        "acs:ram::1234:role/web-reader/a/b",
        "acs:ram:::role/web-reader/session",
        "acs:oss::1234:role/web-reader/session",
        "arn:aws:sts::1234:assumed-role/web-reader/session"
      })
  void what_names_no_role_for_certain_names_none(String arn) {
    assertThat(inArn(arn)).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "{}",
        "{\"AssumedRoleUser\":null}",
        "{\"AssumedRoleUser\":\"acs:ram::1:role/a/b\"}",
        "{\"AssumedRoleUser\":{}}",
        "{\"AssumedRoleUser\":{\"Arn\":null}}",
        "{\"AssumedRoleUser\":{\"Arn\":{}}}",
        "{\"Arn\":\"acs:ram::1:role/a/b\"}"
      })
  void another_answer_names_none(String answer) {
    assertThat(in(answer)).isEqualTo(Optional.empty());
  }

  private static Optional<Principal> inArn(String arn) {
    return in("{\"AssumedRoleUser\":{\"Arn\":\"" + arn + "\"}}");
  }

  private static Optional<Principal> in(String answer) {
    return StsService.assumedRole(answer.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<Principal> named(String arn) {
    return Optional.of(new Principal(arn));
  }
}
