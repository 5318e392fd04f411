package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.OIDCRoleArnCredentialProvider;
import dev.kmsagent.emulator.roles.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The vendor's credentials library takes the emulator for the cloud; both go by the real clock. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VendorCredentialsTest {
  private static final String TRUST_STORE = "javax.net.ssl.trustStore";

  @TempDir private Path folder;
  private EmulatorCertificates certificates;
  private RunningEmulator running;

  @BeforeAll
  void trust(@TempDir Path shared)
      throws IOException, InterruptedException, GeneralSecurityException {
    certificates = EmulatorCertificates.in(shared);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var pem = Files.newInputStream(certificates.caFile())) {
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
    var context = certificates.server();
    running =
        new RunningEmulator(
            builder -> builder.clock(InstantSource.system()).sts(context).role(Role.named("app")));
    running.emulator().secrets().create("a", "text");
  }

  @AfterEach
  void stop() throws IOException {
    running.close();
  }

  @Test
  void a_token_becomes_a_key_that_kms_takes() throws IOException, InterruptedException {
    issue();
    try (var provider = provider()) {
      CredentialModel credential = provider.getCredentials();
      assertThat(read(credential)).isEqualTo(200);
    }
  }

  private void issue() throws IOException {
    running.emulator().oidc().tokenFor("shop", "app").writeTo(tokenFile());
  }

  private Path tokenFile() {
    return folder.resolve("token");
  }

  private OIDCRoleArnCredentialProvider provider() {
    return OIDCRoleArnCredentialProvider.builder()
        .roleArn(running.emulator().roles().arn("app"))
        .oidcProviderArn(running.emulator().oidc().arn())
        .oidcTokenFilePath(tokenFile().toString())
        .STSEndpoint(running.emulator().sts().endpoint())
        .build();
  }

  private int read(CredentialModel credential) throws IOException, InterruptedException {
    V3Request request =
        V3Request.of("GetSecretValue")
            .by(credential.getAccessKeyId(), credential.getAccessKeySecret())
            .at(InstantSource.system().instant())
            .header("x-acs-security-token", credential.getSecurityToken())
            .with("SecretName", "a");
    return running.send(request).statusCode();
  }
}
