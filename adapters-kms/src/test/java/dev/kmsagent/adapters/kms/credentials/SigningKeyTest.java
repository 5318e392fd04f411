package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.domain.Principal;
import org.junit.jupiter.api.Test;

final class SigningKeyTest {
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
  void the_key_and_its_id_as_the_principal_are_there_at_once_and_there_is_no_other() {
    var key = SigningKey.longLived("LTAI5t", "sk");
    var obtained = new Outcome.Obtained(key);
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.obtain().toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.refresh(key).toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.principal()).contains(new Principal("LTAI5t"));
    }
  }
}
