package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.domain.Principal;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  static Stream<SigningKey> keys() {
    return Stream.of(
        SigningKey.longLived("LTAI5t", "sk"), SigningKey.temporary("LTAI5t", "sk", "token"));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void the_key_and_its_id_as_the_principal_are_there_at_once_and_there_is_no_other(SigningKey key) {
    var obtained = new Outcome.Obtained(key);
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.obtain().toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.refresh(key).toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.principal()).contains(new Principal("LTAI5t"));
    }
  }
}
