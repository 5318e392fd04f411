package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.RamRoleArnCredentialProvider;
import dev.kmsagent.emulator.identity.Role;
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
            builder -> builder.clock(InstantSource.system()).sts(context).role(Role.named("app")));
    emulator().secrets().create("a", "text");
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void it_gets_a_key_that_kms_accepts_with_a_key() {
    try (var provider =
        RamRoleArnCredentialProvider.builder()
            .accessKeyId("ak")
            .accessKeySecret("sk")
            .roleArn(emulator().roles().arn("app"))
            .STSEndpoint(emulator().sts().endpoint())
            .build()) {
      assertThat(statusOfRead(provider.getCredentials())).isEqualTo(200);
    }
  }

  private KmsEmulator emulator() {
    return running.emulator();
  }

  private int statusOfRead(CredentialModel credential) {
    V3Request request =
        V3Request.of("GetSecretValue")
            .by(credential.getAccessKeyId(), credential.getAccessKeySecret())
            .at(InstantSource.system().instant())
            .header("x-acs-security-token", credential.getSecurityToken())
            .with("SecretName", "a");
    return running.send(request).statusCode();
  }
}
