package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
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
        .hasMessage("a secret's name is longer than 512 characters");
  }

  @Test
  void an_arn_names_its_account() {
    assertThat(new SecretName("acs:kms:cn-hangzhou:1111:secret/db").account())
        .contains(new AccountId("1111"));
    assertThat(new SecretName("acs:kms:::secret/db").account()).isEmpty();
    assertThat(new SecretName("db").account()).isEmpty();
  }

  @Test
  void an_arn_of_the_own_account_and_the_plain_name_are_one_secret_whichever_is_asked() {
    var arn = new SecretName("acs:kms:cn-hangzhou:1111:secret/db");
    var own = Optional.of(new AccountId("1111"));
    assertThat(arn.mayBe(arn.plain(), own)).isTrue();
    assertThat(arn.plain().mayBe(arn, own)).isTrue();
    assertThat(arn.canonical(own)).isEqualTo(arn.plain());
  }

  @Test
  void an_arn_without_an_account_is_no_secret_of_a_known_account() {
    var arn = new SecretName("acs:kms:::secret/db");
    assertThat(arn.mayBe(arn.plain(), Optional.of(new AccountId("1111")))).isFalse();
    assertThat(arn.canonical(Optional.empty())).isEqualTo(arn);
  }

  @Test
  void a_role_names_its_account_by_its_arn_alone() {
    assertThat(new Principal("acs:ram::1111:role/orders").account())
        .contains(new AccountId("1111"));
    assertThat(new Principal("LTAI4711").account()).isEmpty();
    assertThat(new Principal("orders").account()).isEmpty();
  }
}
