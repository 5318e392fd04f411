package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} with the emulated cloud. */
final class CheckTheCloudTest {
  private static final String CANARY = "canary-7f3a";

  private static EmulatorCertificates certificates;

  @TempDir private Path folder;
  private KmsEmulator emulator;
  private volatile Duration cloudIsBehind = Duration.ZERO;
  private boolean isTrusted = true;

  @BeforeAll
  static void certify(@TempDir Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    certificates = EmulatorCertificates.in(folder);
    shakeHands();
  }

  /** The first handshake of a JVM takes long, and the agent's time to connect is bounded. */
  private static void shakeHands()
      throws IOException, InterruptedException, GeneralSecurityException {
    try (var emulator = KmsEmulator.builder().tls(certificates.server()).start();
        var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create("https://" + emulator.endpoint())).build();
      assertThatExceptionOfType(SSLException.class)
          .isThrownBy(() -> client.send(request, BodyHandlers.discarding()));
    }
  }

  @BeforeEach
  void start() throws IOException, GeneralSecurityException {
    emulator =
        KmsEmulator.builder()
            .clock(() -> InstantSource.system().instant().minus(cloudIsBehind))
            .tls(certificates.server())
            .sts(certificates.server())
            .accessKey("LTAIcheck", CANARY)
            .role(Role.named("reader").reading("app/*"))
            .start();
    emulator.secrets().create("app/db", CANARY).create("other/db", CANARY);
  }

  @AfterEach
  void stop() throws IOException {
    emulator.close();
  }

  private CommandRun check(String identity, String... options) throws IOException {
    var toml =
        """
        Server.RequestTimeoutSeconds = 60
        [KMS]
        Region = "cn-hangzhou"
        Endpoint = "%s"
        %s
        ReadTimeoutMillis = 20000
        %s
        """
            .formatted(
                emulator.endpoint(),
                isTrusted ? "CaFile = '" + certificates.caFile() + "'" : "",
                identity);
    var file = Files.writeString(folder.resolve("config.toml"), toml);
    var arguments = new ArrayList<>(List.of("check", file.toString()));
    Collections.addAll(arguments, options);
    var run =
        CommandRun.in(
            Map.of("KMS_TOKEN", "some-token-of-some-length"),
            false,
            arguments.toArray(String[]::new));
    assertThat(run.out() + run.err())
        .doesNotContain(CANARY)
        .doesNotContain("some-token-of-some-length");
    return run;
  }

  private static String key(String proof) {
    return """
    CredentialType = "AccessKey"
    AccessKeyId = "LTAIcheck"
    AccessKeySecret = "%s"
    """
        .formatted(proof);
  }

  private String rrsa() throws IOException {
    return rrsa(folder.resolve("oidc-token"));
  }

  private String rrsa(Path tokenFile) {
    return """
    CredentialType = "RRSA"
    RoleArn = "%s"
    OidcProviderArn = "%s"
    OidcTokenFile = "%s"
    StsEndpoint = "127.0.0.1:%d"
    """
        .formatted(
            emulator.roles().arn("reader"),
            emulator.oidc().arn(),
            tokenFile,
            emulator.sts().port());
  }

  @Nested
  final class Where_everything_works {

    @Test
    void each_test_is_reported_and_the_secrets_and_the_prefetched_are_read_but_not_shown()
        throws IOException {
      var run = check(key(CANARY) + "[Cache]\nPrefetch = ['other/db']", "--secret", "app/db");

      assertThat(run.out())
          .containsPattern("ok +token ")
          .containsPattern("ok +KMS answer ")
          .containsPattern("ok +credentials ")
          .containsPattern("ok +secret app/db +It may be read")
          .containsPattern("ok +secret other/db ")
          .contains("\"acs:kms:cn-hangzhou:*:secret/app/db\"")
          .endsWith("No problem was found.\n");
      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
      assertThat(run.err()).isEmpty();
    }

    @Test
    void a_service_account_is_told_both_policies_of_its_role() throws IOException {
      emulator.oidc().tokenFor("shop", "web").writeTo(folder.resolve("oidc-token"));

      var run = check(rrsa(), "--secret", "app/db");

      assertThat(run.out())
          .containsPattern("ok +STS answer ")
          .containsPattern("ok +secret app/db ")
          .contains("The trust policy that the role " + emulator.roles().arn("reader"))
          .contains("\"system:serviceaccount:shop:web\"", emulator.oidc().issuer());
      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    }

    @Test
    void no_secret_named_is_no_problem() throws IOException {
      var run = check(key(CANARY));

      assertThat(run.out()).contains("--secret NAME");
      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    }
  }

  @Nested
  final class A_problem {

    @Test
    void of_permission_is_told_with_the_policy_that_solves_it() throws IOException {
      emulator.oidc().tokenFor("shop", "web").writeTo(folder.resolve("oidc-token"));

      var run = check(rrsa(), "--secret", "other/db", "--secret", "app/none");

      assertThat(run.out())
          .containsPattern("problem +secret other/db +KMS says 403 Forbidden.NoPermission")
          .containsPattern("problem +secret app/none +KMS says 404 Forbidden.ResourceNotFound")
          .contains(":secret/other/db\"", "2 problems were found.");
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void of_a_wrong_key_is_told() throws IOException {
      var run = check(key("wrong"), "--secret", "app/db");

      assertThat(run.out()).containsPattern("problem +secret app/db .*SignatureDoesNotMatch");
    }

    @Test
    void of_a_refused_token_is_told_with_its_code() throws IOException {
      emulator
          .oidc()
          .tokenFor("shop", "web")
          .audience("elsewhere")
          .writeTo(folder.resolve("oidc-token"));

      var run = check(rrsa(), "--secret", "app/db");

      assertThat(run.out())
          .containsPattern("problem +credentials .*AuthenticationFail.OIDCToken.AudienceNotMatch")
          .containsPattern("skipped +secrets ");
    }

    @Test
    void of_a_missing_token_file_is_told_with_its_path() throws IOException {
      var run = check(rrsa(folder.resolve("none")), "--secret", "app/db");

      assertThat(run.out())
          .containsPattern("problem +credentials .*none")
          .contains("system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT");
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void of_the_clock_is_told() throws IOException {
      cloudIsBehind = Duration.ofMinutes(20);

      var run = check(key(CANARY));

      assertThat(run.out()).containsPattern("problem +KMS clock .* ahead");
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void of_tls_is_told_with_what_the_library_says() throws IOException {
      isTrusted = false;

      assertThat(check(key(CANARY)).out())
          .containsPattern("problem +KMS answer .*TLS with KMS failed.*unable to find valid cert")
          .containsPattern("skipped +secrets ");
    }
  }

  @Test
  void offline_the_cloud_is_not_called() throws IOException {
    var run = check(key(CANARY), "--offline", "--secret", "app/db");

    assertThat(run.out()).doesNotContain("KMS answer");
    assertThat(emulator.calls().total()).isZero();
  }
}
