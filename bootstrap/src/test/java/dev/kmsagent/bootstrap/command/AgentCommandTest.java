package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentClient;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code agent}, what it says and what it logs, in this JVM, whose log it sets up. */
@ResourceLock("the log of this JVM")
final class AgentCommandTest {
  @AutoClose private final TestCloud cloud = TestCloud.start();
  @TempDir private Path folder;

  /** The default chain would read the environment of this JVM. */
  private AgentSetup setup(String config) {
    var key = "KMS.CredentialType = \"AccessKey\"\n";
    return TestCloud.patient(cloud.completed(AgentSetup.plain())).with(key + config);
  }

  private CommandRun run(AgentSetup setup) {
    return run(setup, _ -> {});
  }

  private CommandRun run(AgentSetup setup, Consumer<AgentClient> client, String... options) {
    var config = folder.resolve("config.toml");
    var file = Unchecked.get(() -> Files.writeString(config, setup.toml()));
    Consumer<String> reader = greeting -> client.accept(client(greeting));
    var args = Stream.of(Stream.of("agent"), Stream.of(options), Stream.of(file.toString()));
    return CommandRun.run(
        setup.environment(), false, reader, args.flatMap(it -> it).toArray(String[]::new));
  }

  private static AgentClient client(String greeting) {
    var port = greeting.strip().replaceAll(".*:", "");
    return new AgentClient(Integer.parseInt(port)).with("X-KMS-Token", TestCloud.TOKEN);
  }

  @Test
  void it_says_where_it_listens_and_logs_its_start_and_end_but_no_reads() {
    cloud.emulator().secrets().create("unlogged", "value");
    var run = run(setup(""), client -> client.secret("unlogged"));

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).matches("listening on http://127\\.0\\.0\\.1:\\d+\n");
    assertThat(run.err())
        .containsSubsequence("\"event\":\"agent_started\"", "\"event\":\"agent_stopping\"")
        .doesNotContain("unlogged");
  }

  @Test
  void it_makes_its_token_if_asked_to_and_keeps_it() throws IOException {
    var token = folder.resolve("token");
    var setup = setup("").withVariable("KMS_TOKEN", "file://" + token);
    String[] options = {"--make-token", token.toString(), "--mode", "0644"};

    assertThat(run(setup).status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run(setup, _ -> {}, options).status()).isEqualTo(ExitStatus.DONE);
    var made = Files.readString(token);
    assertThat(run(setup, _ -> {}, options).status()).isEqualTo(ExitStatus.DONE);

    assertThat(made).hasSize(64);
    assertThat(token).content().isEqualTo(made);
    assertThat(Files.getPosixFilePermissions(token)).isEqualTo(TokenFile.mode("0644"));
  }

  @Test
  void without_the_token_that_it_is_to_make_it_does_not_start() throws IOException {
    var taken = Files.createFile(folder.resolve("taken"));
    run(setup(""), _ -> {}, "--make-token", taken.resolve("token").toString())
        .assertFailed(ExitStatus.FAILED, taken.toString());
  }

  @Test
  void it_writes_a_line_to_a_file_once_it_listens_or_says_why_not() {
    var file = folder.resolve("started");

    assertThat(run(setup(""), _ -> assertThat(file).content().isEqualTo("\n"), notify(file)).err())
        .doesNotContain("--notify");
    assertThat(run(setup(""), _ -> {}, notify(folder)).err()).contains("--notify: " + folder);
  }

  private static String[] notify(Path file) {
    return new String[] {"--notify", file.toString()};
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
    run(everywhere).assertFailed(ExitStatus.MISUSED, "Server.ListenAddress", "Server.AllowRemote");
  }

  @Test
  void each_listener_is_at_its_address_alone() {
    var setup =
        setup("Server.ListenAddress = \"127.0.0.2\"\nManagement.Address = \"127.0.0.3\"")
            // At a port of the system's choice another test may listen at the other address.
            .with("Server.HttpPort = " + FreePort.next())
            .withManagement();

    var run =
        run(
            setup,
            client -> {
              assertThat(isOpen("127.0.0.2", client.port())).isTrue();
              assertThat(isOpen("127.0.0.1", client.port())).isFalse();
              assertThat(isOpen("127.0.0.3", setup.managementPort())).isTrue();
              assertThat(isOpen("127.0.0.1", setup.managementPort())).isFalse();
            });

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
  }

  private static boolean isOpen(String address, int port) {
    try (var socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void a_read_that_fails_transiently_is_repeated() {
    var name = cloud.newSecret("value");
    var unavailable = new Fault.Failure(503, "ServiceUnavailableTemporary");
    cloud.emulator().faults().add(FaultRule.of(unavailable).onSecret(name).times(1));

    var run = run(setup(""), client -> assertThat(client.secret(name).verdict()).isEqualTo("200"));

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void a_port_in_use_is_named_and_dev_says_how_to_choose_another() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      run(setup("Server.HttpPort = " + taken.getLocalPort()))
          .assertFailed(ExitStatus.FAILED, ":" + taken.getLocalPort(), "in use");

      CommandRun.of("dev", "--port", Integer.toString(taken.getLocalPort()))
          .assertFailed(ExitStatus.FAILED, ":" + taken.getLocalPort(), "in use", "--port 0");
    }
  }

  @Test
  void a_folder_of_the_log_that_cannot_be_made_and_an_empty_token_file_are_named()
      throws IOException {
    var taken = Files.createFile(folder.resolve("taken"));

    run(setup("Log.LogPath = \"" + taken + "\""))
        .assertFailed(ExitStatus.MISUSED, "Log.LogPath", "taken");
    run(setup("").withVariable("KMS_TOKEN", "file://" + taken))
        .assertFailed(ExitStatus.MISUSED, "KMS_TOKEN", "empty");
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
      run.assertFailed(ExitStatus.MISUSED, "KMS");
      assertThat(run.err()).doesNotContain("canary-7f3a");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keeps_a_secret_back_whose_audit_line_cannot_be_written_if_it_is_required(boolean required)
      throws IOException {
    var rolled =
        Files.write(folder.resolve("kms-agent-audit-2020-01-01-1.jsonl"), new byte[2 << 20]);
    var file = folder.resolve("kms-agent-audit.jsonl");
    var name = cloud.newSecret("value");
    var log =
        """
        Log.Console = false
        Log.Audit = true
        Log.AuditPath = "%s"
        Log.AuditMaxSize = 2
        Log.AuditRequired = %s
        """
            .formatted(folder, required);

    var run =
        run(
            setup(log),
            client -> {
              assertThat(client.secret(name).verdict())
                  .isEqualTo(required ? "503 AuditUnavailable" : "200");
              Patience.assertSoon(() -> client.get("/readyz").body().contains("udit lines are"));
              assertThat(client.get("/readyz").status()).isEqualTo(required ? 503 : 200);
              var read = "cache=\"none\",outcome=\"audit\"} " + (required ? "1.0" : "0.0");
              Patience.assertSoon(() -> client.get("/metrics").body().contains(read));
              assertThat(rolled.toFile().delete()).isTrue();
              Patience.assertSoon(() -> client.get("/readyz").status() == 200);
              Patience.assertSoon(
                  () ->
                      client.secret(name).status() == 200 && content(file).contains("secret_read"));
            });

    assertThat(content(file)).contains("\"event\":\"lines_lost\",\"reads\":", name);
    assertThat(run.err()).isEmpty();
  }

  private static String content(Path file) {
    return Unchecked.get(() -> Files.exists(file) ? Files.readString(file) : "");
  }
}
