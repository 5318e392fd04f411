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
  void the_key_and_its_id_as_the_principal_are_there_at_once_and_there_is_no_other(SigningKey key) {
    var obtained = new Outcome.Obtained(key);
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.obtain().toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.refresh(key).toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.principal()).contains(new Principal("LTAI5t"));
    }
  }
}
