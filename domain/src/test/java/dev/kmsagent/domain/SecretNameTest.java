package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"db", "app/dev/secret-1", "密码", "a+b c", "acs:kms:x"})
  void a_plain_name_is_its_own_plain_name(String name) {
    assertThat(new SecretName(name).plain()).isEqualTo(new SecretName(name));
  }

  @Test
  void an_arn_ends_in_its_plain_name() {
    var arn = new SecretName("acs:kms:cn-hangzhou:123456:secret/app/dev/secret-1");
    assertThat(arn.plain()).isEqualTo(new SecretName("app/dev/secret-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\0", "a\u007f", "a\u0085b"})
  void empty_names_and_control_characters_are_refused(String name) {
    assertThatThrownBy(() -> new SecretName(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_name_has_512_characters_at_most() {
    assertThat(new SecretName("x".repeat(512)).value()).hasSize(512);
    assertThatThrownBy(() -> new SecretName("x".repeat(513)))
        .hasMessage("a secret's name must not be longer than 512 characters");
  }
}
