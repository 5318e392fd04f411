package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.check.Report;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code check} alone, with the emulated cloud, and with a shared cache. */
final class CheckCommandTest {
  private static final String CANARY = "canary-7f3a";
  private static final String ENCRYPTION_KEY = "A".repeat(43);
  private static final EmulatorCertificates CERTIFICATES = Workload.Localhost.CERTIFICATES;

  private final Path folder;
  @AutoClose private final Workload workload;
  private final KmsEmulator emulator;
  private volatile Duration cloudIsBehind = Duration.ZERO;

  CheckCommandTest(@TempDir Path folder) {
    this.folder = folder;
    workload =
        Workload.start(
            CERTIFICATES,
            folder,
            builder ->
                builder
                    .clock(() -> InstantSource.system().instant().minus(cloudIsBehind))
                    .tls(Workload.tls(CERTIFICATES))
                    .accessKey("LTAIcheck", CANARY)
                    .oidc());
    emulator = workload.emulator();
    emulator.roles().put(Role.named(Workload.ROLE).reading("app/*"));
    emulator.secrets().create("app/db", CANARY).create("other/db", CANARY);
  }

  /** What the command says of an agent in the emulated cloud. */
  private CommandRun check(AgentSetup agent, String... options) throws IOException {
    var setup = overTls(agent);
    return run(setup.toml(), setup.environment(), options);
  }

  private static AgentSetup overTls(AgentSetup agent) {
    return agent.with("KMS.Protocol = \"https\"\nKMS.Region = \"cn-hangzhou\"");
  }

  /** Connecting has a real limit, which a busy machine may exceed: then it is tried again. */
  private CommandRun run(String toml, Map<String, String> environment, String... options)
      throws IOException {
    var file = Files.writeString(folder.resolve("config.toml"), toml).toString();
    var arguments =
        Stream.concat(Stream.of("check", "--config=" + file), Stream.of(options))
            .toArray(String[]::new);
    var run =
        Patience.see(
            () -> CommandRun.in(environment, false, arguments),
            it -> !it.out().contains(" in time."));
    assertThat(run.out() + run.err()).doesNotContain(CANARY, ENCRYPTION_KEY, TestCloud.TOKEN);
    return run;
  }

  private AgentSetup key(String proof) {
    return AgentSetup.plain()
        .with(
            """
            Server.RequestTimeoutSeconds = 60
            KMS.ReadTimeoutMillis = 20000
            KMS.Endpoint = "%s"
            KMS.CaFile = "%s"
            KMS.CredentialType = "AccessKey"
            KMS.AccessKeyId = "LTAIcheck"
            KMS.AccessKeySecret = "%s"
            """
                .formatted(emulator.endpoint(), CERTIFICATES.caFile(), proof))
        .withVariable("KMS_TOKEN", TestCloud.TOKEN);
  }

  /** The token of a service account that the role reader trusts. */
  private IssuedToken token() {
    return emulator.oidc().tokenFor("shop", "web");
  }

  @Test
  void the_certificate_of_the_agent_is_told() throws IOException {
    var folder = CERTIFICATES.caFile().getParent();
    var tls =
        """
        [Server]
        TlsCertificateFile = "%s/server.pem"
        TlsKeyFile = "%s/server.key"
        [KMS]
        Region = "cn-hangzhou"
        """
            .formatted(folder, folder);

    var run = run(tls, Map.of("KMS_TOKEN", TestCloud.TOKEN), "--offline");

    assertThat(run.out())
        .containsPattern("ok +certificate +It is for .localhost, 127.0.0.1., until");
  }

  @Test
  void a_good_file_comes_to_values_with_their_origins() throws IOException {
    var run = check(key(CANARY), "--offline");

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .containsPattern("KMS.Region +=.*cn-hangzhou.*config.toml:\\d")
        .containsPattern("Cache.CacheSize += 1000 +# default")
        .containsPattern("KMS.AccessKeySecret += \\*\\*\\*")
        .contains("The token comes from KMS_TOKEN.")
        .containsPattern("ok +authorities +Those in .+ are trusted[.]")
        .endsWith("No problem was found.\n");
  }

  @Test
  void a_bundle_of_authorities_without_any_is_wrong() throws IOException {
    run("KMS.Region = \"cn-test\"", Map.of("SSL_CERT_FILE", folder.toString()))
        .assertFailed(ExitStatus.MISUSED, "SSL_CERT_FILE: it names no file with a certificate");
  }

  @Test
  void everything_wrong_is_said_in_one_go() throws IOException {
    var run = run("[Servr]\nHttpPort = 1\n[Cache]\nTtlSeconds = 'x'\n", Map.of());

    run.assertFailed(ExitStatus.MISUSED, "Servr", "Cache.TtlSeconds", "KMS.Region");
  }

  @ParameterizedTest
  @CsvSource({
    "OTHER=x, problem +token +no token: none of KMS_TOKEN,",
    "KMS_TOKEN=file:/absent, problem +token +KMS_TOKEN: the value begins with file:",
    "KMS_TOKEN= KMS_SESSION_TOKEN=absent, problem +token +KMS_TOKEN: ",
    "KMS_TOKEN=/absent/token/of/length, warning +token +KMS_TOKEN begins with /",
    "KMS_TOKEN=123456789012345, warning +token .* has less than 16 characters",
    "KMS_TOKEN=1/34567890123456, ok +token +The token comes from KMS_TOKEN",
    "KMS_TOKEN=file://FOLDER/token, ok +token +The token comes from KMS_TOKEN"
  })
  void a_token_that_is_missing_is_a_problem_and_a_doubtful_one_a_warning(
      String variables, String finding) throws IOException {
    Files.writeString(folder.resolve("token"), "/234567890123456\n");
    var environment =
        Stream.of(variables.replace("FOLDER", folder.toString()).split(" "))
            .map(variable -> variable.split("=", 2))
            .collect(toMap(parts -> parts[0], parts -> parts[1]));

    var run = run("KMS.Region = 'cn-hangzhou'\n", environment, "--offline");

    assertThat(run.status())
        .isEqualTo(finding.startsWith("problem") ? ExitStatus.FAILED : ExitStatus.DONE);
    assertThat(run.out()).containsPattern(finding).doesNotContain("absent");
  }

  @Test
  void each_test_is_reported_and_the_secrets_and_the_prefetched_are_read_but_not_shown()
      throws IOException {
    var run = check(key(CANARY).with("Cache.Prefetch = ['other/db']"), "--secret", "app/db");

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
    workload.issue(token());

    var run = check(workload.rrsa(), "--secret=app/db", "--secret=other/db", "--secret=app/none");

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
  void a_kms_that_does_not_answer_is_a_problem_and_no_secret_is_read() throws IOException {
    emulator.kms().stop();

    var run = check(key(CANARY), "--secret", "app/db");

    assertThat(run.out())
        .containsPattern("problem +KMS answer .*The connection to KMS was refused")
        .containsPattern("skipped +secrets ");
    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
  }

  @Test
  void a_wrong_key_is_told() throws IOException {
    assertThat(check(key("wrong"), "--secret", "app/db").out())
        .containsPattern("ok +credentials .*LTAIcheck")
        .containsPattern("problem +secret app/db .*LTAIcheck or its signature")
        .contains("SignatureDoesNotMatch");
  }

  @Test
  void a_region_that_does_not_exist_names_the_key() throws IOException {
    var elsewhere = key(CANARY).with("KMS.Region = 'cn-hangzou'\nKMS.Endpoint = 'kms.invalid'");
    var run = run(elsewhere.toml(), elsewhere.environment());

    assertThat(run.out()).containsPattern("problem +KMS answer +kms.invalid: .*KMS.Region");
  }

  /** Connecting has a real limit: on a busy machine the plain call may fail first. */
  @Test
  void a_kms_that_answers_all_but_signed_calls_is_told_from_the_network() throws IOException {
    emulator
        .faults()
        .add(FaultRule.of(new Fault.Latency(Duration.ofHours(1))).onAction("GetSecretValue"));
    var hasty = overTls(key(CANARY)).with("KMS.ReadTimeoutMillis = 300");
    var file = Files.writeString(folder.resolve("config.toml"), hasty.toml()).toString();

    Patience.assertSoon(
        () ->
            CommandRun.in(
                    hasty.environment(), false, "check", "--config=" + file, "--secret=app/db")
                .out()
                .contains("so that KMS is slow or hangs, and not the network"));
  }

  @Test
  void a_pod_is_told_the_policies_of_its_own_role() throws IOException {
    workload.issue(token());

    var run = check(workload.ofPods(), "--pod-token", workload.tokenFile().toString());

    assertThat(run.out())
        .contains(
            "The trust policy that the role " + emulator.roles().arn("kms.shop.web") + " needs")
        .contains("\"system:serviceaccount:shop:web\"", ":1234567890123456:secret/")
        .doesNotContain("NAMESPACE");
  }

  @Test
  void a_refused_token_is_told_with_its_code_and_a_missing_one_with_its_path() throws IOException {
    Files.delete(workload.tokenFile());
    assertThat(check(workload.rrsa(), "--secret", "app/db").out())
        .containsPattern("problem +credentials .*/tokens-.*/token")
        .contains("system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT");

    workload.issue(token().audience("elsewhere"));

    assertThat(check(workload.rrsa(), "--secret", "app/db").out())
        .containsPattern("problem +credentials .*AuthenticationFail.OIDCToken.AudienceNotMatch")
        .containsPattern("skipped +secrets ");
  }

  @ParameterizedTest
  @CsvSource({"20, problem, skipped +secrets", "2, warning, ok +secret app/db"})
  void a_clock_that_is_off_is_told(int minutes, String finding, String reading) throws IOException {
    cloudIsBehind = Duration.ofMinutes(minutes);

    assertThat(check(key(CANARY), "--secret", "app/db").out())
        .containsPattern(finding + " +KMS clock .* ahead")
        .containsPattern(reading);
  }

  @Test
  void what_a_server_sends_has_no_control_characters_for_the_terminal() {
    var out = new ByteArrayOutputStream();

    new Report(new PrintStream(out)).problem("KMS answer", "Invalid: \u001b[2K\r\n");

    assertThat(out).asString().contains("Invalid: \\u001b[2K\\u000d\\u000a");
  }

  private AgentSetup sharing(int port) {
    return key(CANARY)
        .withRedis(port)
        .with("Cache.Redis.Username = 'orders'\nCache.Redis.Password = '" + CANARY + "'");
  }

  @Test
  void the_shared_cache_is_tried_after_the_identity_and_before_the_secrets_and_nothing_is_left()
      throws IOException {
    try (var redis = RedisProcess.start()) {
      redis.configure(("ACL SETUSER orders on >" + CANARY + " ~kms-agent:* +@all").split(" "));

      var run = check(sharing(redis.port()), "--secret", "app/db");

      assertThat(run.out())
          .containsPattern("ok +Redis entries +One was written, read, revoked and taken away.")
          .containsSubsequence("KMS answer", "credentials", "Redis entries", "secret app/db");
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
    }
  }

  @Test
  void a_shared_cache_that_fails_is_worth_a_warning_since_agents_work_without() throws IOException {
    var run = check(sharing(FreePort.next()));

    assertThat(run.out())
        .containsPattern("warning +Redis entries .* The agent works without it: reads go on from")
        .containsPattern("skipped +secrets +Give --secret NAME")
        .endsWith("No problem was found in what was tried.\n");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void the_folder_of_the_cache_is_tried_offline_too_and_nothing_is_left() throws IOException {
    var path = Files.createDirectory(folder.resolve("cache"));

    assertThat(check(key(CANARY).withCacheIn(path), "--offline").out())
        .containsPattern("ok +cache folder +A file was written, synced and removed[.]");
    assertThat(path).isEmptyDirectory();
  }

  @Test
  void a_folder_that_fails_is_worth_a_warning_since_agents_work_without() throws IOException {
    var run = check(key(CANARY).withCacheIn(folder.resolve("none")), "--offline");

    assertThat(run.out())
        .containsPattern("warning +cache folder +.*/none/entries.* The agent works without it, and")
        .endsWith("No problem was found.\n");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void offline_neither_the_shared_cache_nor_the_cloud_is_called() throws IOException {
    var run = check(sharing(FreePort.next()), "--offline", "--secret", "app/db");

    assertThat(run.out()).doesNotContain("Redis entries", "KMS answer");
    assertThat(emulator.calls().total()).isZero();
  }
}
