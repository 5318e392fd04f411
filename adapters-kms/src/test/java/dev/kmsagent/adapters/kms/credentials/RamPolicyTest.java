package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RamPolicyTest {

  private static void assertSameJson(String actual, String expected) {
    assertThat(JsonParser.parseString(actual)).isEqualTo(JsonParser.parseString(expected));
  }

  @Test
  void the_permission_names_the_secrets_and_one_action() {
    assertSameJson(
        RamPolicy.permission(
            "cn-hangzhou", "1234", List.of("app/db", "acs:kms:cn-beijing:5678:secret/theirs")),
        """
        {"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:GetSecretValue"],
          "Resource":["acs:kms:cn-hangzhou:1234:secret/app/db",
                      "acs:kms:cn-beijing:5678:secret/theirs"]}]}""");
  }

  @Test
  void without_names_it_is_for_every_secret() {
    assertThat(RamPolicy.permission("*", "*", List.of())).contains("\"acs:kms:*:*:secret/*\"");
  }

  @Test
  void the_trust_names_issuer_audience_and_service_account() {
    assertSameJson(
        RamPolicy.trustIn(
            new OidcToken("https://oidc.example/c1", "system:serviceaccount:rrsa-dev:dev-sa"),
            "kms-agent",
            "acs:ram::1234:oidc-provider/ack-rrsa-c1"),
        """
        {"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
          "Principal":{"Federated":["acs:ram::1234:oidc-provider/ack-rrsa-c1"]},
          "Condition":{"StringEquals":{
            "oidc:aud":["kms-agent"],
            "oidc:iss":["https://oidc.example/c1"],
            "oidc:sub":["system:serviceaccount:rrsa-dev:dev-sa"]}}}]}""");
  }

  @Test
  void an_instance_takes_its_role_through_the_service() {
    assertSameJson(
        RamPolicy.trustInInstances(),
        """
        {"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
          "Principal":{"Service":["ecs.aliyuncs.com"]}}]}""");
  }
}
