package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.bootstrap.e2e.AgentClient;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code agent}, what it says and what it logs, in this JVM, whose log it sets up. */
@ResourceLock("the log of this JVM")
final class AgentCommandTest {
  private final TestCloud cloud = TestCloud.start();
  @TempDir private Path folder;

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  /** The default chain would read the environment of this JVM. */
  private AgentSetup setup(String config) {
    var key = "KMS.CredentialType = \"AccessKey\"\n";
    return cloud.completed(AgentSetup.plain()).with(key + config);
  }

  private CommandRun run(AgentSetup setup) {
    return run(setup, _ -> {});
  }

  private CommandRun run(AgentSetup setup, Consumer<AgentClient> client) {
    try {
      var file = Files.writeString(folder.resolve("config.toml"), setup.toml());
      return CommandRun.serving(
          setup.environment(),
          greeting -> client.accept(client(greeting)),
          "agent",
          file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AgentClient client(String greeting) {
    var port = greeting.strip().replaceAll(".*:", "");
    return new AgentClient(Integer.parseInt(port)).with("X-KMS-Token", TestCloud.TOKEN);
  }

  private static List<JsonObject> parsed(Stream<String> lines) {
    return lines.map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
  }

  private static List<String> texts(String field, List<JsonObject> lines) {
    return lines.stream().map(line -> line.get(field).getAsString()).toList();
  }

  @Test
  void it_says_where_it_listens_and_logs_its_start_and_end_but_no_reads() {
    var run = run(setup(""), client -> client.secret(cloud.newSecret("value")));

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).matches("listening on http://127\\.0\\.0\\.1:\\d+\n");
    var lines = parsed(run.err().lines());
    assertThat(texts("event", lines))
        .containsSubsequence("agent_started", "agent_stopping")
        .doesNotContain("secret_read");
    assertThat(texts("level", lines)).doesNotContain("DEBUG");
  }

  @Test
  void a_token_that_can_be_guessed_or_may_be_a_path_is_warned_of() {
    var text = setup("Log.Format = \"text\"").withVariable("KMS_TOKEN", "/short");

    assertThat(run(text).err())
        .contains("token_can_be_guessed", "Z WARN token_may_be_a_path variable=KMS_TOKEN");
  }

  @Test
  void whoever_listens_beyond_loopback_must_say_so_and_is_warned() {
    var everywhere = setup("Server.ListenAddress = \"0.0.0.0\"");

    assertThat(run(everywhere.with("Server.AllowRemote = true")).err())
        .contains("other_machines_can_connect");
    assertRejected(run(everywhere), "Server.ListenAddress", "Server.AllowRemote");
  }

  @Test
  void each_listener_is_at_its_address_alone() {
    var setup =
        setup("Server.ListenAddress = \"127.0.0.2\"\nManagement.Address = \"127.0.0.3\"")
            .withManagement();

    run(
        setup,
        client -> {
          assertThat(isOpen("127.0.0.2", client.port())).isTrue();
          assertThat(isOpen("127.0.0.1", client.port())).isFalse();
          assertThat(isOpen("127.0.0.3", setup.managementPort())).isTrue();
          assertThat(isOpen("127.0.0.1", setup.managementPort())).isFalse();
        });
  }

  private static boolean isOpen(String address, int port) {
    try (var socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException closed) {
      return false;
    }
  }

  private static void assertRejected(CommandRun run, String... words) {
    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.out()).isEmpty();
    assertThat(List.of(words)).allSatisfy(word -> assertThat(run.err()).contains(word));
    assertThat(run.err()).isNotEmpty().doesNotContain("\tat ");
  }

  /** Beside an AccessKey, which would do. */
  @Test
  void a_missing_part_of_an_identity_is_named_and_no_other_identity_is_tried() {
    var pod =
        setup("KMS.CredentialType = \"Default\"")
            .withVariable("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/reader")
            .withVariable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/ack");

    assertRejected(run(pod), "KMS.OidcTokenFile is missing", "ALIBABA_CLOUD_OIDC_TOKEN_FILE");
  }

  @Test
  void a_port_in_use_is_named() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var run = run(setup("Server.HttpPort = " + taken.getLocalPort()));

      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).contains(":" + taken.getLocalPort(), "in use");
    }
  }

  @Test
  void a_folder_of_the_log_that_cannot_be_made_and_an_empty_token_file_are_named()
      throws IOException {
    var taken = Files.createFile(folder.resolve("taken"));

    assertRejected(run(setup("Log.LogPath = \"" + taken + "\"")), "Log.LogPath", "taken");
    assertRejected(
        run(setup("").withVariable("KMS_TOKEN", "file://" + taken)), "KMS_TOKEN", "empty");
  }

  @Test
  void tells_nothing_confidential() {
    var wrong =
        """
        KMS.AccessKeySecret = ["canary-7f3a"]
        KMS.Proxy = "http://user:canary-7f3a@["
        """;
    var noToken = setup("").withVariable("KMS_TOKEN", "canary-7f3a canary-7f3a");

    for (var run : List.of(run(setup(wrong)), run(noToken))) {
      assertRejected(run);
      assertThat(run.err()).doesNotContain("canary-7f3a");
    }
  }

  @Nested
  final class The_log_in_a_file {
    private Path file;

    @BeforeEach
    void name_the_file() {
      file = folder.resolve("logs/kms-agent.log");
    }

    private String toFile(String config) {
      return "Log.LogPath = \"%s\"\nLog.Console = false\n".formatted(file.getParent()) + config;
    }

    private Stream<String> fileLines() {
      try {
        return Files.readAllLines(file).stream().filter(line -> !line.isEmpty());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void has_lines_of_each_level_and_the_console_none() {
      var run =
          run(
              setup(toFile("Log.LogLevel = \"Debug\"")),
              client -> {
                client.secret(cloud.newSecret("value"));
                var broken = cloud.newSecret("value");
                cloud.fail(broken, new Fault.Reset());
                client.secret(broken);
                Patience.assertSoon(
                    () -> fileLines().anyMatch(it -> it.contains("kms_call_failed")));
              });

      var lines = parsed(fileLines());
      assertThat(texts("level", lines)).contains("DEBUG", "INFO", "WARN");
      assertThat(texts("event", lines)).containsOnlyOnce("agent_started");
      assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keeps_a_secret_back_whose_audit_line_cannot_be_written_if_it_is_required(boolean required)
        throws IOException {
      Files.createDirectories(file.getParent());
      Files.createSymbolicLink(file, Path.of("/dev/full"));
      var name = cloud.newSecret("value");
      var audit = "Log.Audit = true\nLog.AuditRequired = " + required;

      run(
          setup(toFile(audit)),
          client -> {
            assertThat(client.secret(name).verdict())
                .isEqualTo(required ? "503 AuditUnavailable" : "200");
            Patience.assertSoon(() -> client.get("/readyz").body().contains("Audit lines"));
            assertThat(file.toFile().delete()).isTrue();
            Patience.assertSoon(() -> client.secret(name).status() == 200 && isAudited());
          });

      var reads = parsed(fileLines().filter(line -> line.contains("secret_read")));
      assertThat(texts("secret", reads)).contains(name);
    }

    /** The log goes on in a new file within a second. */
    private boolean isAudited() {
      return Files.exists(file) && fileLines().anyMatch(line -> line.contains("secret_read"));
    }
  }
}
