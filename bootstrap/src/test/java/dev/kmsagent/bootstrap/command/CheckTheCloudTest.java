package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kmsagent.bootstrap.check.Report;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code check} with the emulated cloud and a shared cache. */
final class CheckTheCloudTest {
  private static final String CANARY = "canary-7f3a";
  private static final String ENCRYPTION_KEY = "Y2FuYXJ5LTdmM2EtY2FuYXJ5LTdmM2EtY2FuYXJ5LTc=";
  private static final String TOKEN = "some-token-of-some-length";

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
    var arguments = Stream.concat(Stream.of("check", file.toString()), Stream.of(options));
    var run = CommandRun.in(Map.of("KMS_TOKEN", TOKEN), false, arguments.toArray(String[]::new));
    assertThat(run.out() + run.err()).doesNotContain(CANARY, ENCRYPTION_KEY, TOKEN);
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

  private String rrsa() {
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
            folder.resolve("oidc-token"),
            emulator.sts().port());
  }

  /** The token of a service account that the role reader trusts. */
  private IssuedToken token() {
    return emulator.oidc().tokenFor("shop", "web");
  }

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
  void a_service_account_is_told_both_policies_of_its_role_and_what_it_may_not_read()
      throws IOException {
    token().writeTo(folder.resolve("oidc-token"));

    var run = check(rrsa(), "--secret=app/db", "--secret=other/db", "--secret=app/none");

    assertThat(run.out())
        .containsPattern("ok +STS answer ")
        .containsPattern("ok +secret app/db ")
        .containsPattern("problem +secret other/db +KMS says 403 Forbidden.NoPermission")
        .containsPattern("problem +secret app/none +KMS says 404 Forbidden.ResourceNotFound")
        .contains(
            ":secret/other/db\"",
            "The trust policy that the role " + emulator.roles().arn("reader"))
        .contains("\"system:serviceaccount:shop:web\"", emulator.oidc().issuer())
        .endsWith("Problems found: 2.\n");
    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
  }

  @Test
  void no_secret_named_is_no_problem() throws IOException {
    var run = check(key(CANARY));

    assertThat(run.out()).contains("--secret NAME");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void a_wrong_key_is_told() throws IOException {
    assertThat(check(key("wrong"), "--secret", "app/db").out())
        .containsPattern("problem +secret app/db .*SignatureDoesNotMatch");
  }

  @Test
  void a_refused_token_is_told_with_its_code_and_a_missing_one_with_its_path() throws IOException {
    assertThat(check(rrsa(), "--secret", "app/db").out())
        .containsPattern("problem +credentials .*oidc-token")
        .contains("system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT");

    token().audience("elsewhere").writeTo(folder.resolve("oidc-token"));

    assertThat(check(rrsa(), "--secret", "app/db").out())
        .containsPattern("problem +credentials .*AuthenticationFail.OIDCToken.AudienceNotMatch")
        .containsPattern("skipped +secrets ");
  }

  @ParameterizedTest
  @CsvSource({"20, problem", "2, warning"})
  void a_clock_that_is_off_is_told(int minutes, String finding) throws IOException {
    cloudIsBehind = Duration.ofMinutes(minutes);

    assertThat(check(key(CANARY)).out()).containsPattern(finding + " +KMS clock .* ahead");
  }

  @Test
  void a_failure_of_tls_is_told_with_what_the_library_says() throws IOException {
    isTrusted = false;

    assertThat(check(key(CANARY)).out())
        .containsPattern("problem +KMS answer .*TLS with KMS failed.*unable to find valid cert")
        .containsPattern("skipped +secrets ");
  }

  @Test
  void what_a_server_sends_has_no_control_characters_for_the_terminal() {
    var out = new ByteArrayOutputStream();

    new Report(new PrintStream(out)).problem("KMS answer", "Invalid: \u001b[2K\r\n");

    assertThat(out).asString().contains("Invalid: \\u001b[2K\\u000d\\u000a");
  }

  /** A real server, on which the tests take turns. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  final class The_shared_cache {
    private final RedisProcess redis = RedisProcess.start();

    @AfterAll
    void end() {
      redis.close();
    }

    private String sharing() {
      return key(CANARY)
          + """
          [Cache]
          CacheType = "Redis"
          [Cache.Redis]
          Addresses = ["127.0.0.1:%d"]
          EncryptionKey = "%s"
          TimeoutMillis = 10000
          Username = "orders"
          Password = "%s"
          """
              .formatted(redis.port(), ENCRYPTION_KEY, CANARY);
    }

    @Test
    void is_tried_after_the_identity_and_before_the_secrets_and_nothing_is_left()
        throws IOException {
      redis.reset();
      redis.configure(("ACL SETUSER orders on >" + CANARY + " ~kms-agent:* +@all").split(" "));

      var run = check(sharing(), "--secret", "app/db");

      assertThat(run.out())
          .containsPattern("ok +Redis entries +One was written, read, revoked and taken away.")
          .containsSubsequence("KMS answer", "credentials", "Redis entries", "secret app/db");
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
    }

    @Test
    void is_worth_a_warning_since_agents_work_without() throws IOException {
      redis.reset();
      redis.configure("ACL", "SETUSER", "orders", "on", ">another");

      var run = check(sharing());

      assertThat(run.out())
          .containsPattern("warning +Redis entries +Redis answered WRONGPASS. Are Cache.Redis.User")
          .contains("The agent works without it: reads go on from KMS.")
          .endsWith("No problem was found.\n");
      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
      assertThat(run.err()).isEmpty();
    }

    @Test
    void is_not_called_offline_and_neither_is_the_cloud() throws IOException {
      redis.reset();
      redis.configure("CONFIG", "RESETSTAT");

      var run = check(sharing(), "--offline", "--secret", "app/db");

      assertThat(run.out()).doesNotContain("Redis entries", "KMS answer");
      assertThat(redis.command("INFO", "commandstats")).doesNotContain("cmdstat_hello");
      assertThat(emulator.calls().total()).isZero();
    }
  }
}
