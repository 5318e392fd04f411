package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Fetched;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.Refused;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.signature.SignatureScheme;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real SDK against the emulator. */
final class AliyunSecretSourceTest {
  private final Rig rig = new Rig();
  private KmsEmulator emulator;
  private AliyunSecretSource source;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").start();
    source = rig.source(settings(), Rig.accessKey("ak", "sk"));
  }

  @AfterEach
  void stop() throws IOException {
    source.close();
    rig.close();
    emulator.close();
  }

  @Test
  void a_text_secret_comes_as_kms_holds_it() {
    emulator.secrets().create("app/dev/secret-1", "s e*c~r+e/t ü 密");
    var secret = fetched(Secrets.current("app/dev/secret-1"));
    assertThat(secret.name().value()).isEqualTo("app/dev/secret-1");
    assertThat(secret.version().value()).isEqualTo("v1");
    assertThat(secret.stages()).containsExactly(Stage.CURRENT);
    assertThat(secret.dataType()).isEqualTo(DataType.TEXT);
    assertThat(secret.value()).isEqualTo(SecretValue.of("s e*c~r+e/t ü 密"));
    assertThat(secret.attribute(SecretAttribute.REQUEST_ID))
        .contains(emulator.calls().latest().getFirst().requestId());
  }

  @Test
  void a_binary_secret_stays_base64() {
    byte[] bytes = {0, 1, (byte) 0xff};
    emulator.secrets().createBinary("bin", bytes);
    var secret = fetched(Secrets.current("bin"));
    assertThat(secret.dataType()).isEqualTo(DataType.BINARY);
    assertThat(secret.value()).isEqualTo(SecretValue.of(Base64.getEncoder().encodeToString(bytes)));
  }

  @Test
  void requests_are_signed_with_version_3() {
    emulator.secrets().create("a", "text");
    fetched(Secrets.current("a"));
    assertThat(emulator.calls().latest())
        .extracting(Call::scheme)
        .containsExactly(SignatureScheme.V3);
  }

  @Test
  void a_version_can_be_named_by_its_id_or_its_stage() {
    emulator.secrets().create("a", "old").put("a", "v2", "new");
    assertThat(fetched(Secrets.byId("a", "v1")).value()).isEqualTo(SecretValue.of("old"));
    assertThat(fetched(Secrets.byStage("a", "ACSPrevious")).value())
        .isEqualTo(SecretValue.of("old"));
    assertThat(fetched(Secrets.current("a")).value()).isEqualTo(SecretValue.of("new"));
  }

  @Test
  void a_secret_that_is_not_there_is_refused_as_a_whole() {
    var refused = refused(Secrets.current("nowhere"));
    assertThat(refused.error().status()).isEqualTo(404);
    assertThat(refused.error().code()).isEqualTo("Forbidden.ResourceNotFound");
    assertThat(refused.scope()).isEqualTo(Refused.Scope.SECRET);
  }

  @Test
  void a_version_that_is_not_there_is_refused_alone() {
    emulator.secrets().create("a", "text");
    assertThat(refused(Secrets.byId("a", "v9")).scope()).isEqualTo(Refused.Scope.QUERY);
  }

  @Test
  void a_wrong_key_is_about_ourselves_and_not_about_the_secret() {
    emulator.secrets().create("a", "text");
    try (var stranger = rig.source(settings(), Rig.accessKey("ak", "wrong"))) {
      assertThat(Rig.fetch(stranger, Secrets.current("a")))
          .isInstanceOfSatisfying(
              IdentityRefused.class,
              refused -> assertThat(refused.code()).isEqualTo("SignatureDoesNotMatch"));
    }
  }

  private KmsSettings settings() {
    return Rig.settings(URI.create("http://" + emulator.endpoint()));
  }

  private FetchOutcome fetch(SecretQuery query) {
    return Rig.fetch(source, query);
  }

  private Secret fetched(SecretQuery query) {
    return assertThat(fetch(query)).asInstanceOf(type(Fetched.class)).actual().secret();
  }

  private Refused refused(SecretQuery query) {
    return assertThat(fetch(query)).asInstanceOf(type(Refused.class)).actual();
  }
}
