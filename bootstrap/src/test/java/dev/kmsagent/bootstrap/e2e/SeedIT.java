package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The vendor's deployment guide, with its file and its commands as they stand there; but for the
 * port and the path of the token, which are taken on a machine that runs tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
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

  private final TestCloud cloud = TestCloud.start();
  private Path token = Path.of(GUIDE_TOKEN);
  private AgentProcess agent;

  @BeforeAll
  void follow_the_guide(@TempDir Path temporary) throws IOException {
    cloud.emulator().secrets().create("app/dev/secret-1", "the guide's secret");
    token = temporary.resolve("kmstoken/token");
    agent =
        AgentProcess.begin(
                cloud
                    .setup()
                    .withVariable("KMS_AGENT_KMS_ENDPOINT", cloud.emulator().endpoint())
                    .withVariable("KMS_AGENT_KMS_PROTOCOL", "http")
                    .withVariable("KMS_AGENT_SERVER_HTTPPORT", "0")
                    .withVariable("KMS_TOKEN", "file://" + token),
                containerFolder(temporary),
                List.of("/bin/sh", "-c", GUIDE_COMMAND.replace(GUIDE_TOKEN, token.toString())))
            .listening();
  }

  private Path containerFolder(Path temporary) throws IOException {
    var folder = Distribution.copyTo(temporary.resolve("alibabacloudkmsagent"));
    try (var guide = SeedIT.class.getResourceAsStream("guide.toml")) {
      Files.copy(guide, folder.resolve("config.toml"), StandardCopyOption.REPLACE_EXISTING);
    }
    return folder;
  }

  @AfterAll
  void clean_up() throws IOException {
    agent.close();
    cloud.close();
  }

  @Test
  void the_curl_line_of_the_guide_gets_the_secret() {
    var line =
        GUIDE_CURL
            .replace(GUIDE_TOKEN, token.toString())
            .replace("2025", Integer.toString(agent.port()));
    var body = SystemCommand.of("bash", "-c", line).run().outputOfSuccess();

    assertThat(JsonParser.parseString(body).getAsJsonObject().get("SecretData").getAsString())
        .isEqualTo("the guide's secret");
  }
}
