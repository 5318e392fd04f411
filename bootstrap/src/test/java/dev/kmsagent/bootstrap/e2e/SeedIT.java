package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The vendor's deployment guide, with its file and its commands as they stand there; but for the
 * port and the path of the token, which are taken on a machine that runs tests.
 */
final class SeedIT {
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
  void the_curl_line_of_the_guide_gets_the_secret(@TempDir Path temporary) throws Exception {
    var token = temporary.resolve("kmstoken/token").toString();
    var folder = Distribution.copyTo(temporary.resolve("alibabacloudkmsagent"));
    try (var guide = SeedIT.class.getResourceAsStream("guide.toml")) {
      Files.copy(guide, folder.resolve("config.toml"), StandardCopyOption.REPLACE_EXISTING);
    }
    var command = List.of("/bin/sh", "-c", GUIDE_COMMAND.replace(GUIDE_TOKEN, token));
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.begin(setup(cloud, token), folder, command).listening()) {
      cloud.emulator().secrets().create("app/dev/secret-1", "the guide's secret");
      var line =
          GUIDE_CURL.replace(GUIDE_TOKEN, token).replace("2025", Integer.toString(agent.port()));
      var body = SystemCommand.of("bash", "-c", line).run().outputOfSuccess();
      assertThat(JsonParser.parseString(body).getAsJsonObject().get("SecretData").getAsString())
          .isEqualTo("the guide's secret");
    }
  }

  private static AgentSetup setup(TestCloud cloud, String token) {
    return cloud
        .setup()
        .withVariable("KMS_AGENT_KMS_ENDPOINT", cloud.emulator().endpoint())
        .withVariable("KMS_AGENT_KMS_PROTOCOL", "http")
        .withVariable("KMS_AGENT_SERVER_HTTPPORT", "0")
        .withVariable("KMS_TOKEN", "file://" + token);
  }
}
