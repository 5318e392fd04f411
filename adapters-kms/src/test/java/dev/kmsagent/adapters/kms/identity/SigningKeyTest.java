package dev.kmsagent.adapters.kms.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SigningKeyTest {
  @Test
  void it_shows_its_id_alone() {
    assertThat(SigningKey.temporary("ak", "confidential", "confidential too"))
        .hasToString("SigningKey[ak]");
  }

  @Test
  void neither_does_what_holds_it_show_more() {
    var key = SigningKey.longLived("ak", "confidential");
    assertThat(new CredentialSource.Outcome.Obtained(key).toString())
        .doesNotContain("confidential");
  }
}
