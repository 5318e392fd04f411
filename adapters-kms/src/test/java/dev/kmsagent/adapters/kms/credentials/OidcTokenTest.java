package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.kmsagent.adapters.kms.credentials.OidcToken.Claims;
import dev.kmsagent.adapters.kms.credentials.OidcToken.Unreadable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
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
  void its_claims_are_those_that_sts_compares() throws IOException {
    var token =
        jwt(
            """
            {"iss":"https://oidc.example","sub":"system:serviceaccount:ns:sa",
             "aud":["sts.aliyuncs.com","other"],"exp":1700000000,"nonce":1}""");

    assertThat(read(token + "\n"))
        .isEqualTo(
            new Claims(
                "https://oidc.example",
                "system:serviceaccount:ns:sa",
                List.of("sts.aliyuncs.com", "other"),
                Instant.ofEpochSecond(1700000000)));
  }

  @Test
  void one_audience_may_stand_alone_and_claims_may_be_missing() throws IOException {
    assertThat(read(jwt("{\"aud\":\"sts.aliyuncs.com\"}")))
        .isEqualTo(new Claims("", "", List.of("sts.aliyuncs.com"), Instant.MAX));
    assertThat(read(jwt("{}"))).isEqualTo(new Claims("", "", List.of(), Instant.MAX));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "a.b", "a.!.c", "a.e30", "e30.W10.x", "e30.e30.e30.e30"})
  void what_is_no_token_is_said_without_quoting_it(String content) throws IOException {
    assertThat(read(content))
        .asInstanceOf(type(Unreadable.class))
        .satisfies(unreadable -> assertThat(unreadable.reason()).contains("JSON Web Token"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"aud\":{}}", "{\"exp\":\"soon\"}", "{\"iss\":{}}", "[]", "nonsense"})
  void claims_of_a_wrong_form_make_no_token(String payload) throws IOException {
    assertThat(read(jwt(payload))).isInstanceOf(Unreadable.class);
  }

  @Test
  void a_missing_file_is_named_with_what_to_look_at() {
    assertThat(OidcToken.in(folder.resolve("none")))
        .asInstanceOf(type(Unreadable.class))
        .satisfies(
            unreadable ->
                assertThat(unreadable.reason())
                    .contains(folder.resolve("none").toString(), "RRSA"));
  }

  @Test
  void bytes_that_are_no_text_are_no_token() throws IOException {
    var file = Files.write(folder.resolve("token"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(OidcToken.in(file)).isInstanceOf(Unreadable.class);
  }
}
