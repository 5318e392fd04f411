package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.domain.Principal;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class AccessKeyCredentialsTest {
  static Stream<SigningKey> keys() {
    return Stream.of(
        SigningKey.longLived("LTAI5t", "sk"), SigningKey.temporary("LTAI5t", "sk", "token"));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void the_key_is_there_at_once(SigningKey key) {
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.obtain().toCompletableFuture())
          .isCompletedWithValue(new Outcome.Obtained(key));
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void there_is_no_other(SigningKey key) {
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.refresh(key).toCompletableFuture())
          .isCompletedWithValue(new Outcome.Obtained(key));
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void the_principal_is_its_id_at_once(SigningKey key) {
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.principal()).contains(new Principal("LTAI5t"));
    }
  }
}
