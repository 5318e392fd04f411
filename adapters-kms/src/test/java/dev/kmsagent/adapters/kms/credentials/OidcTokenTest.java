package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OidcTokenTest {
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
        "e30.e30.e30.e30",
        "\u00ff"
      })
  void placeholders_stand_for_what_is_no_token(String content) throws IOException {
    assertThat(read(content).subject()).contains("NAMESPACE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"iss\":\"i\"}", "{\"iss\":{},\"sub\":\"s\"}", "[]", "nonsense"})
  void claims_of_a_wrong_form_make_no_token(String payload) {
    assertThat(OidcToken.parse(jwt(payload))).isEmpty();
  }

  @Test
  void placeholders_stand_for_a_missing_file() {
    assertThat(OidcToken.in(folder.resolve("none")).issuer()).isEqualTo("ISSUER-OF-THE-CLUSTER");
  }
}
