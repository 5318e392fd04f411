package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ConfidentialTextTest {
  private static final String CANARY = "canary-5f1d";

  @Test
  void it_reveals_what_it_was_made_of() {
    assertThat(new ConfidentialText("pässwörd 密码").reveal()).isEqualTo("pässwörd 密码");
  }

  @Test
  void it_prints_as_stars_alone_and_inside_a_secret() {
    var secret =
        new Secret(
            new SecretName("db"),
            new VersionId("v1"),
            List.of(Stage.CURRENT),
            DataType.TEXT,
            new ConfidentialText(CANARY),
            Map.of());
    assertThat(new ConfidentialText(CANARY)).hasToString("***");
    assertThat(secret.toString()).contains("***").doesNotContain(CANARY);
  }

  @Test
  void its_size_is_in_bytes() {
    assertThat(new ConfidentialText("密").size()).isEqualTo(3);
    assertThat(new ConfidentialText("").size()).isZero();
  }

  @Nested
  class Rendered {
    @Test
    void it_prints_as_stars() {
      var body = CANARY.getBytes(StandardCharsets.UTF_8);
      assertThat(new Representation(body)).hasToString("***");
    }

    @Test
    void its_body_can_be_read_again_and_not_changed() {
      var form = new Representation("one".getBytes(StandardCharsets.UTF_8));
      form.body().get();
      assertThat(form.body().remaining()).isEqualTo(3);
      assertThat(form.body().isReadOnly()).isTrue();
      assertThat(form.body().hasArray()).isFalse();
    }
  }
}
