package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RamPolicyTest {

  private static void assertSameJson(String actual, String expected) {
    assertThat(JsonParser.parseString(actual)).isEqualTo(JsonParser.parseString(expected));
  }

  @Test
  void the_permission_names_the_secrets_or_every_one_and_one_action() {
    assertSameJson(
        RamPolicy.permission(
            "cn-hangzhou", "1234", List.of("app/db", "acs:kms:cn-beijing:5678:secret/theirs")),
        """
        {"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:GetSecretValue"],
          "Resource":["acs:kms:cn-hangzhou:1234:secret/app/db",
                      "acs:kms:cn-beijing:5678:secret/theirs"]}]}""");
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

  @TempDir private Path folder;

  private OidcToken read(String content) throws IOException {
    return OidcToken.in(Files.writeString(folder.resolve("token"), content));
  }

  private static String jwt(String payload) {
    var url = Base64.getUrlEncoder().withoutPadding();
    return "e30." + url.encodeToString(payload.getBytes(StandardCharsets.UTF_8)) + ".c2ln";
  }

  @Test
  void its_issuer_and_subject_are_read() throws IOException {
    var token = jwt("{\"iss\":\"https://oidc.example\",\"sub\":\"a:b\",\"exp\":1700000000}");

    assertThat(read(token + "\n")).isEqualTo(new OidcToken("https://oidc.example", "a:b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "a.b",
        "a.!.c",
        "a.e30",
        "e30.W10.x",
        "e30.e30.e30",
        // {"iss":"i"}, {"iss":{},"sub":"s"} and claims that are no JSON
        "e30.eyJpc3MiOiJpIn0.x",
        "e30.eyJpc3MiOnt9LCJzdWIiOiJzIn0.x",
        "e30.bm9uc2Vuc2U.x",
        "e30.e30.e30.e30",
        "\u00ff"
      })
  void placeholders_stand_for_what_is_no_token(String content) throws IOException {
    assertThat(read(content).subject()).contains("NAMESPACE");
  }

  @Test
  void placeholders_stand_for_a_missing_file() {
    assertThat(OidcToken.in(folder.resolve("none")).issuer()).isEqualTo("ISSUER-OF-THE-CLUSTER");
  }
}
