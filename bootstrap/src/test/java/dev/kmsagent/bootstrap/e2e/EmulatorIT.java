package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code emulator}, and a shell that sources the environment that it writes. */
@Tag("thorough")
final class EmulatorIT {
  @TempDir private Path folder;

  private AgentProcess start(String... options) {
    var launcher = Distribution.plainLauncher();
    var command = new ArrayList<>(AgentProcess.inForeground(launcher, "emulator"));
    command.addAll(List.of("--env", "emulator.env"));
    command.addAll(List.of(options));
    var setup =
        new AgentSetup(
            Map.of(),
            Map.of("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-own", "KMS_AGENT_SERVER_HTTPPORT", "1"));
    var javaOptions = "-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + folder;
    return AgentProcess.begin(setup.withJavaOptions(javaOptions), folder, command).listening();
  }

  /** What a shell prints that has sourced the environment. */
  private String shell(String script) {
    return SystemCommand.of("sh", "-euc", ". ./emulator.env\n" + script).in(folder).run().printed();
  }

  /** It connects within two seconds, which takes another attempt on a busy machine. */
  private void assertThatAnAgentReads() {
    var check =
        "KMS_TOKEN=0123456789abcdef '%s' check --secret app/dev/secret-1"
            .formatted(Distribution.plainLauncher().toAbsolutePath());
    var report = Patience.see(() -> shell(check), text -> text.contains("No problem was found."));
    assertThat(report).contains("It may be read.");
  }

  @Test
  void all_three_services_are_there_and_only_sts_needs_the_authority() throws Exception {
    try (var emulator = start()) {
      assertThat(emulator.stdout())
          .contains(shell("grep 'export KMS_ENDPOINT=' emulator.env").strip());
      assertThat(shell("curl -fsS $KMS_PROTOCOL://$KMS_ENDPOINT/_emulator/secrets"))
          .contains("app/dev/secret-1");
      assertThat(shell("curl -fsS $KMS_ENDPOINT/_emulator/ca.pem | cmp - $CA_FILE")).isEmpty();
      assertThat(shell("curl -sS --cacert $CA_FILE https://$STS_ENDPOINT/"))
          .contains("MissingParameter");
      assertThat(shell("env -u SSL_CERT_FILE curl -sS https://$STS_ENDPOINT/ || true"))
          .contains("certificate");
      assertThat(shell("curl -fsS $METADATA_ENDPOINT/latest/meta-data/ram/security-credentials/"))
          .isEqualTo("dev-role-for-rrsa");
      assertThatAnAgentReads();
      assertThat(emulator.signal("INT").exit().status()).isZero();
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void with_the_address_of_credentials_an_agent_reads_with_the_key_that_is_there()
      throws Exception {
    try (var emulator = start("--identity=URI")) {
      assertThat(shell("curl -fsS $ALIBABA_CLOUD_CREDENTIALS_URI")).contains("\"Success\"");
      assertThatAnAgentReads();
      var ofAnother = Files.writeString(folder.resolve("emulator.env"), "another");
      assertThat(emulator.signal("TERM").exit().status()).isZero();
      assertThat(ofAnother).hasContent("another");
    }
  }

  @Test
  void with_tls_and_a_role_on_chosen_ports_the_token_and_the_role_get_a_key() {
    var ports = List.of(FreePort.next(), FreePort.next(), FreePort.next());
    try (var emulator =
        start(
            "--tls",
            "--identity=rrsa",
            "--kms-port=" + ports.getFirst(),
            "--sts-port=" + ports.get(1),
            "--metadata-port=" + ports.getLast())) {
      assertThat(emulator.port()).isEqualTo(ports.getFirst());
      assertThat(shell("echo $KMS_ENDPOINT $STS_ENDPOINT $METADATA_ENDPOINT"))
          .isEqualTo("127.0.0.1:%s 127.0.0.1:%s 127.0.0.1:%s\n".formatted(ports.toArray()));
      assertThat(shell("curl -fsS --cacert $CA_FILE https://$KMS_ENDPOINT/_emulator"))
          .contains("/_emulator/faults");
      assertThatAnAgentReads();
    }
  }
}
