package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code emulator}, and a shell that sources the environment that it writes. */
final class EmulatorIT {
  private static final AgentSetup OWN =
      new AgentSetup(
          Map.of(),
          Map.of("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-own", "KMS_AGENT_SERVER_HTTPPORT", "1"));
  private static final Path MODULES =
      Path.of("..", "client-tests", "target", "node", "node_modules").toAbsolutePath();
  private static final Pattern PROGRAM = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  private AgentProcess begin(String... options) throws IOException {
    var launcher = Distribution.plainLauncher();
    var command = new ArrayList<>(AgentProcess.inForeground(launcher, "emulator"));
    command.addAll(List.of(options));
    var temporary = OWN.withVariable("KMS_AGENT_JAVA_OPTS", "-Djava.io.tmpdir=" + folder);
    return AgentProcess.begin(temporary, folder, command);
  }

  private AgentProcess start(String... options) throws IOException {
    var all = new ArrayList<>(List.of("--env", "emulator.env"));
    all.addAll(List.of(options));
    return begin(all.toArray(String[]::new)).listening();
  }

  /** What a shell prints that has sourced the environment. */
  private String shell(String script) throws IOException {
    var command = List.of("sh", "-euc", ". ./emulator.env\n" + script);
    var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    return new String(process.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String node() throws IOException {
    var page = PROGRAM.matcher(Files.readString(Path.of("..", "docs", "emulator.md")));
    assertThat(page.find()).isTrue();
    return page.group(1);
  }

  @Test
  void all_three_services_are_there_and_only_sts_needs_the_authority() throws Exception {
    try (var emulator = start()) {
      assertThat(emulator.stdout()).contains(shell("grep KMS_ENDPOINT= emulator.env").strip());
      assertThat(shell("curl -fsS $KMS_PROTOCOL://$KMS_ENDPOINT/_emulator/secrets"))
          .contains("app/dev/secret-1");
      assertThat(shell("curl -sS --cacert $CA_FILE https://$STS_ENDPOINT/"))
          .contains("MissingParameter");
      assertThat(shell("curl -sS https://$STS_ENDPOINT/ || true")).contains("certificate");
      assertThat(shell("curl -fsS $METADATA_ENDPOINT/latest/meta-data/ram/security-credentials/"))
          .isEqualTo("dev-role-for-rrsa");
    }
  }

  @Test
  void the_token_and_the_role_get_a_key() throws Exception {
    try (var _ = start("--identity", "rrsa")) {
      var answer =
          shell(
              """
              curl -fsS --cacert "$CA_FILE" "https://$STS_ENDPOINT/?Action=AssumeRoleWithOIDC&Version=2015-04-01" \\
                --data-urlencode "RoleArn=$ALIBABA_CLOUD_ROLE_ARN" --data RoleSessionName=test \\
                --data-urlencode "OIDCProviderArn=$ALIBABA_CLOUD_OIDC_PROVIDER_ARN" \\
                --data-urlencode "OIDCToken@$ALIBABA_CLOUD_OIDC_TOKEN_FILE"
              """);

      assertThat(answer).contains("\"AccessKeyId\":\"STS.");
      assertThat(shell("printf %s \"$ALIBABA_CLOUD_ACCESS_KEY_ID\"")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--identity=key", "--tls"})
  void the_program_of_the_page_reads_a_secret_in_node(String option) throws Exception {
    assumeTrue(
        Files.exists(MODULES.resolve("@alicloud")), "no SDK for Node: build/clients installs it");
    Files.writeString(folder.resolve("read.js"), node());
    var modules = "NODE_PATH=" + MODULES;
    try (var _ = start(option)) {
      assertThat(shell(modules + " NODE_EXTRA_CA_CERTS=$CA_FILE node read.js"))
          .isEqualTo("hello from the emulated KMS\n");
    }
  }

  @Test
  void it_listens_on_the_ports_that_are_chosen() throws Exception {
    var ports = List.of(freePort(), freePort(), freePort());
    try (var emulator =
        start(
            "--tls",
            "--kms-port=" + ports.get(0),
            "--sts-port=" + ports.get(1),
            "--metadata-port=" + ports.get(2))) {
      assertThat(emulator.port()).isEqualTo(ports.getFirst());
      assertThat(shell("echo $KMS_ENDPOINT $STS_ENDPOINT $METADATA_ENDPOINT"))
          .isEqualTo("127.0.0.1:%s 127.0.0.1:%s 127.0.0.1:%s\n".formatted(ports.toArray()));
      assertThat(shell("curl -fsS --cacert $CA_FILE https://$KMS_ENDPOINT/_emulator"))
          .contains("/_emulator/faults");
    }
  }

  /** Free a moment ago. */
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--kms-port", "--sts-port", "--metadata-port"})
  void a_port_that_is_taken_is_named_and_nothing_is_left(String option) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var emulator = begin(option, Integer.toString(taken.getLocalPort()), "--env=e")) {
      var exit = emulator.exit();

      assertThat(exit.status()).isEqualTo(1);
      assertThat(exit.stderr()).startsWith("127.0.0.1:" + taken.getLocalPort() + ": Address");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void an_environment_file_that_cannot_be_written_is_named() throws Exception {
    try (var emulator = begin("--env", "missing/emulator.env")) {
      var exit = emulator.exit();

      assertThat(exit.status()).isEqualTo(1);
      assertThat(exit.stderr()).contains("missing");
    }
  }

  @Test
  void ctrl_c_ends_it_in_good_order_and_leaves_only_the_environment() throws Exception {
    try (var emulator = start()) {
      assertThat(emulator.signal("INT").exit().status()).isZero();

      assertThat(folder).isDirectoryNotContaining(it -> !it.endsWith("emulator.env"));
    }
  }
}
