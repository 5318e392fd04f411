package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The distribution with its own Java, and the plain one. {@code AOTMode=on} ends a JVM that cannot
 * use its cache.
 */
final class SelfContainedIT {
  private static final String STRICT = "-XX:AOTMode=on";
  private static final String GUIDE_TOKEN = "/var/run/kmstoken/token";
  private static final String GUIDE_COMMAND =
      "./alibabacloud-kms-agent token /var/run/kmstoken/token"
          + " && ./alibabacloud-kms-agent agent config.toml";
  private static final String GUIDE_CURL =
      """
      curl -v -H "X-Vault-Token:$(</var/run/kmstoken/token)" \
      'http://localhost:2025/secretsmanager/get?secretId=app/dev/secret-1'\
      """;

  @Test
  void a_cache_that_fits_no_more_is_found_out(@TempDir Path folder) throws Exception {
    var spoilt = Distribution.copyTo(folder.resolve("spoilt"));
    Files.write(spoilt.resolve("kms-agent.aot"), new byte[100]);
    var launcher = spoilt.resolve("alibabacloud-kms-agent");

    var strict = SystemCommand.of(launcher, "version").with("KMS_AGENT_JAVA_OPTS", STRICT).run();
    assertThat(strict.status()).isNotZero();
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.begin(cloud.setup(), launcher)) {
      agent.awaitLogged("\"aot_cache\":\"not used,");
      Patience.see(agent::stdout, lines -> lines.stream().anyMatch(it -> it.contains("[aot]")));
    }
  }

  /**
   * A package or image of a reproducible build changes later times, and the cache would not fit.
   */
  @Test
  void all_its_files_have_the_time_of_the_release() throws IOException {
    var time = Files.getLastModifiedTime(Distribution.plainLauncher());
    try (var files = Files.walk(Distribution.folder())) {
      assertThat(files)
          .allSatisfy(file -> assertThat(Files.getLastModifiedTime(file)).isEqualTo(time));
    }
  }

  /** {@link CoreDumpsIT} shows what for. */
  @Test
  void its_java_can_be_read_by_the_owner_alone() throws IOException {
    var java = Distribution.folder().resolve("runtime/bin/java");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(java)))
        .isEqualTo("rwx--x--x");
  }

  @Test
  void it_holds_one_jar_no_emulator_and_no_more_of_java_than_the_jar_needs() throws IOException {
    var folder = Distribution.folder();
    assertThat(folder.resolve("lib").toFile().list()).containsExactly("kms-agent.jar");
    assertThat(folder.resolve("emulator")).doesNotExist();
    assertThat(folder.resolve("runtime/release"))
        .content()
        .contains("java.net.http")
        .doesNotContain("java.desktop", "jdk.compiler", "jdk.jshell");
  }

  /** An end does not wait where there is nothing to wait for. */
  @Test
  void the_plain_one_serves_a_secret_on_the_java_of_the_machine_and_ends_in_good_order()
      throws Exception {
    try (var cloud = TestCloud.start()) {
      var setup = cloud.setup().with("Server.ShutdownGraceSeconds = 300");
      try (var agent = AgentProcess.begin(setup, Distribution.plainLauncher()).listening()) {
        assertThat(agent.client().secret(cloud.newSecret("value")).status()).isEqualTo(200);
        var exit = agent.terminate().exit();
        assertThat(exit.status()).isZero();
        assertThat(exit.stderr())
            .contains("agent_started", "agent_stopping")
            .doesNotContain("aot_cache", "ERROR");
      }
    }
  }

  /**
   * The vendor's deployment guide, with its file and its commands as they stand there, in another
   * folder than where the cache was made; but for the port and the path of the token, which are
   * taken on a machine that runs tests.
   */
  @Test
  void the_curl_line_of_the_guide_gets_the_secret_of_an_agent_that_uses_its_cache(
      @TempDir Path temporary) throws Exception {
    var token = temporary.resolve("kmstoken/token").toString();
    var folder = Distribution.copyTo(temporary.resolve("alibabacloudkmsagent"));
    try (var guide = SelfContainedIT.class.getResourceAsStream("guide.toml")) {
      Files.copy(guide, folder.resolve("config.toml"), StandardCopyOption.REPLACE_EXISTING);
    }
    var command = List.of("/bin/sh", "-c", GUIDE_COMMAND.replace(GUIDE_TOKEN, token));
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.begin(ofGuide(cloud, token), folder, command).listening()) {
      cloud.emulator().secrets().create("app/dev/secret-1", "the guide's secret");
      var line =
          GUIDE_CURL.replace(GUIDE_TOKEN, token).replace("2025", Integer.toString(agent.port()));
      var body = SystemCommand.of("bash", "-c", line).run().outputOfSuccess();
      assertThat(JsonParser.parseString(body).getAsJsonObject().get("SecretData").getAsString())
          .isEqualTo("the guide's secret");
      agent.awaitLogged("\"aot_cache\":\"used\"");
    }
  }

  private static AgentSetup ofGuide(TestCloud cloud, String token) {
    return cloud
        .setup()
        .withJavaOptions(STRICT)
        .withVariable("KMS_AGENT_KMS_ENDPOINT", cloud.emulator().endpoint())
        .withVariable("KMS_AGENT_KMS_PROTOCOL", "http")
        .withVariable("KMS_AGENT_KMS_READTIMEOUTMILLIS", "60000")
        .withVariable("KMS_AGENT_SERVER_REQUESTTIMEOUTSECONDS", "60")
        .withVariable("KMS_AGENT_SERVER_HTTPPORT", "0")
        .withVariable("KMS_TOKEN", "file://" + token);
  }
}
