package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.credentials.exception.CredentialException;
import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.EcsRamRoleCredentialProvider;
import com.aliyun.credentials.provider.OIDCRoleArnCredentialProvider;
import com.aliyun.credentials.provider.RamRoleArnCredentialProvider;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.identity.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The vendor's credentials library takes the emulator for the cloud; both go by the real clock. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class VendorCredentialsTest {
  private static final String TRUST_STORE = "javax.net.ssl.trustStore";

  @TempDir private Path folder;
  private RunningEmulator running;

  @BeforeAll
  void trust(@TempDir Path shared) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var pem = Files.newInputStream(Localhost.CERTIFICATES.caFile())) {
      trusted.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    Path file = shared.resolve("trusted.p12");
    try (var out = Files.newOutputStream(file)) {
      trusted.store(out, "trusted".toCharArray());
    }
    System.setProperty(TRUST_STORE, file.toString());
    System.setProperty(TRUST_STORE + "Password", "trusted");
  }

  @AfterAll
  void distrust() {
    System.clearProperty(TRUST_STORE);
    System.clearProperty(TRUST_STORE + "Password");
  }

  @BeforeEach
  void start() throws GeneralSecurityException {
    var context = Localhost.CERTIFICATES.server();
    running =
        new RunningEmulator(
            builder ->
                builder
                    .clock(InstantSource.system())
                    .sts(context)
                    .metadata()
                    .role(Role.named("app")));
    emulator().secrets().create("a", "text");
  }

  @AfterEach
  void stop() throws IOException {
    running.close();
  }

  @Nested
  class With_a_token {
    @BeforeEach
    void issue() throws IOException {
      oidc().tokenFor("shop", "app").writeTo(tokenFile());
    }

    @Test
    void it_gets_a_key_that_kms_accepts() throws IOException, InterruptedException {
      try (var provider = oidcProvider()) {
        assertThat(statusOfRead(provider.getCredentials())).isEqualTo(200);
      }
    }

    @Test
    void it_reads_the_file_anew_for_each_key() throws IOException {
      emulator().mintedKeys().lifetime(Duration.ofMinutes(5));
      try (var provider = oidcProvider()) {
        provider.getCredentials();
        oidc().tokenFor("shop", "app").audience("other").writeTo(tokenFile());
        assertThatThrownBy(provider::getCredentials)
            .isInstanceOf(CredentialException.class)
            .hasMessageContaining("HttpCode: 401")
            .hasMessageContaining("AuthenticationFail.OIDCToken.AudienceNotMatch");
        oidc().tokenFor("shop", "app").writeTo(tokenFile());
        assertThat(provider.getCredentials().getSecurityToken()).isNotEmpty();
      }
    }

    @Test
    void it_cannot_connect_while_sts_is_stopped() throws IOException {
      emulator().sts().stop();
      try (var provider = oidcProvider()) {
        assertThatThrownBy(provider::getCredentials)
            .isInstanceOf(CredentialException.class)
            .hasMessageContaining("HttpCode: 0");
        emulator().sts().start();
        assertThat(provider.getCredentials().getSecurityToken()).isNotEmpty();
      }
    }

    @Test
    void it_sees_the_faults_of_sts() throws IOException {
      emulator().sts().faults().add(FaultRule.of(new Fault.Failure(503, "Busy")).times(1));
      try (var provider = oidcProvider()) {
        assertThatThrownBy(provider::getCredentials)
            .isInstanceOf(CredentialException.class)
            .hasMessageContaining("HttpCode: 503")
            .hasMessageContaining("Busy");
        assertThat(provider.getCredentials().getSecurityToken()).isNotEmpty();
      }
      assertThat(emulator().sts().calls().ofAction("AssumeRoleWithOIDC")).isEqualTo(2);
    }
  }

  @Nested
  class With_a_key {
    @Test
    void it_gets_a_key_of_a_role_that_kms_accepts() throws IOException, InterruptedException {
      try (var provider = roleProvider("sk")) {
        assertThat(statusOfRead(provider.getCredentials())).isEqualTo(200);
      }
    }

    @Test
    void it_gets_nothing_with_a_wrong_signature() {
      try (var provider = roleProvider("wrong")) {
        assertThatThrownBy(provider::getCredentials)
            .isInstanceOf(CredentialException.class)
            .hasMessageContaining("SignatureDoesNotMatch");
      }
    }

    private RamRoleArnCredentialProvider roleProvider(String keySecret) {
      return RamRoleArnCredentialProvider.builder()
          .accessKeyId("ak")
          .accessKeySecret(keySecret)
          .roleArn(emulator().roles().arn("app"))
          .STSEndpoint(emulator().sts().endpoint())
          .build();
    }
  }

  @Nested
  class On_an_instance {
    @BeforeEach
    void attach() {
      emulator().instance().attachRole("app");
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", String.valueOf(emulator().metadata().port()));
    }

    @AfterEach
    void direct() {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }

    @Test
    void it_finds_the_role_and_gets_a_key_that_kms_accepts()
        throws IOException, InterruptedException {
      try (var provider = EcsRamRoleCredentialProvider.builder().build()) {
        assertThat(statusOfRead(provider.getCredentials())).isEqualTo(200);
      }
      assertThat(emulator().metadata().calls().actions().keySet())
          .containsExactly("GetCredentials", "GetRoleName", "PutToken");
    }

    @Test
    void it_needs_no_plain_mode() throws IOException, InterruptedException {
      emulator().instance().mode(EcsInstance.Mode.GUARDED_ONLY);
      try (var provider =
          EcsRamRoleCredentialProvider.builder().roleName("app").disableIMDSv1(true).build()) {
        assertThat(statusOfRead(provider.getCredentials())).isEqualTo(200);
      }
    }

    @Test
    void it_falls_back_to_the_plain_mode() throws IOException, InterruptedException {
      emulator().metadata().faults().add(FaultRule.of(new Fault.Empty(404)).onAction("PutToken"));
      try (var provider = EcsRamRoleCredentialProvider.builder().roleName("app").build()) {
        assertThat(statusOfRead(provider.getCredentials())).isEqualTo(200);
      }
    }

    @Test
    void it_gets_nothing_without_a_role() {
      emulator().instance().detachRole();
      try (var provider = EcsRamRoleCredentialProvider.builder().build()) {
        assertThatThrownBy(provider::getCredentials)
            .isInstanceOf(CredentialException.class)
            .hasMessageContaining("role name was not found");
      }
    }
  }

  private KmsEmulator emulator() {
    return running.emulator();
  }

  private OidcProvider oidc() {
    return emulator().oidc();
  }

  private Path tokenFile() {
    return folder.resolve("token");
  }

  private OIDCRoleArnCredentialProvider oidcProvider() {
    return OIDCRoleArnCredentialProvider.builder()
        .roleArn(emulator().roles().arn("app"))
        .oidcProviderArn(emulator().oidc().arn())
        .oidcTokenFilePath(tokenFile().toString())
        .STSEndpoint(emulator().sts().endpoint())
        .build();
  }

  private int statusOfRead(CredentialModel credential) throws IOException, InterruptedException {
    V3Request request =
        V3Request.of("GetSecretValue")
            .by(credential.getAccessKeyId(), credential.getAccessKeySecret())
            .at(InstantSource.system().instant())
            .header("x-acs-security-token", credential.getSecurityToken())
            .with("SecretName", "a");
    return running.send(request).statusCode();
  }
}
