package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SigningKeyTest {
  @Test
  void it_shows_its_id_alone() {
    assertThat(SigningKey.temporary("ak", "confidential", "confidential too"))
        .hasToString("SigningKey[ak]");
  }

  @Test
  void keys_are_the_same_when_all_of_them_is() {
    var key = SigningKey.temporary("ak", "sk", "token");
    assertThat(key)
        .isEqualTo(SigningKey.temporary("ak", "sk", "token"))
        .hasSameHashCodeAs(SigningKey.temporary("ak", "sk", "token"))
        .isNotEqualTo(SigningKey.temporary("other", "sk", "token"))
        .isNotEqualTo(SigningKey.temporary("ak", "other", "token"))
        .isNotEqualTo(SigningKey.temporary("ak", "sk", "other"))
        .isNotEqualTo(SigningKey.longLived("ak", "sk"));
  }

  @Test
  void neither_does_what_holds_it_show_more() {
    var key = SigningKey.longLived("ak", "confidential");
    assertThat(new CredentialsProvider.Outcome.Obtained(key).toString())
        .doesNotContain("confidential");
  }
}
