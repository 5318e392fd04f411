package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The programs of {@code docs/emulator.md} with the vendor's SDKs, in a shell that has sourced the
 * environment of an emulator. No program connects to anything but loopback.
 */
@Tag("thorough")
final class EmulatorSnippetsIT {
  private static final String FROM_AN_SDK = "From an SDK to the emulator";
  private static final Path LAUNCHER =
      Path.of("..", "bootstrap", "target", "alibabacloud-kms-agent", "alibabacloud-kms-agent");

  @TempDir private Path folder;

  private static String program(String heading, String language) {
    return Snippet.ofPage("emulator.md", heading, language).text();
  }

  private AgentProcess emulator(String options) throws IOException {
    var command = new ArrayList<>(List.of(LAUNCHER.toRealPath().toString(), "emulator"));
    command.addAll(List.of("--env", "emulator.env"));
    command.addAll(List.of(options.split(" ", -1)));
    return AgentProcess.begin(AgentSetup.plain(), folder, command).listening();
  }

  /** Credentials that the programs take from the environment of an emulator with these options. */
  @ParameterizedTest
  @CsvSource({"--identity=key, key chain", "--identity=rrsa --tls, rrsa", "--identity=uri, chain"})
  void a_program_of_java_and_of_node_reads_with_each_credential(String options, String credentials)
      throws IOException {
    Files.writeString(folder.resolve("Read.java"), program(FROM_AN_SDK, "java"));
    Files.writeString(folder.resolve("read.js"), program(FROM_AN_SDK, "js"));
    var java =
        "%s -XX:TieredStopAtLevel=1 -Djavax.net.ssl.trustStore=$CA_TRUST_STORE -cp '%s' Read.java "
            .formatted(SystemCommand.jdk("java"), System.getProperty("java.class.path"));
    var node = "env NODE_PATH='%s' node read.js ".formatted(Program.nodeModules("@alicloud"));
    try (var _ = emulator(options)) {
      for (var credential : credentials.split(" ", -1)) {
        assertThat(run(java + credential)).isEqualTo("hello from the emulated KMS\n");
        assertThat(run(node + credential)).isEqualTo("hello from the emulated KMS\n");
      }
    }
  }

  /** What the program prints, when it has been seen to connect to loopback alone. */
  private String run(String command) throws IOException {
    assumeTrue(SystemCommand.isThere("strace"), "there is no strace, see build/clients");
    var traced = ". ./emulator.env; exec strace -f -qq -e trace=connect -o calls " + command;
    var printed = SystemCommand.of("sh", "-euc", traced).in(folder).run().outputOfSuccess();
    assertThat(Files.readAllLines(folder.resolve("calls")))
        .filteredOn(call -> call.contains("AF_INET"))
        .isNotEmpty()
        .allMatch(call -> call.contains("127.0.0.1\"") && !call.contains("htons(53)"));
    return printed;
  }

  @Test
  void an_agent_with_the_configuration_of_a_pod_reads_with_it() throws IOException {
    Files.writeString(
        folder.resolve("config.toml"),
        """
        [KMS]
        Region = "cn-beijing"
        Endpoint = "kms-vpc.cn-beijing.aliyuncs.com"
        CredentialType = "RRSA"
        RoleArn = "acs:ram::1234567890123456:role/mine"
        OidcProviderArn = "acs:ram::1234567890123456:oidc-provider/mine"
        OidcTokenFile = "/var/run/secrets/mine"
        StsEndpoint = "sts-vpc.cn-beijing.aliyuncs.com"
        """);
    var commands =
        program("Your own configuration", "sh")
            .replaceFirst(".*\n", "")
            .replaceFirst("alibabacloud-kms-agent agent .*\n", "")
            .replace("/tmp/token", folder.resolve("token").toString())
            .replace("alibabacloud-kms-agent ", LAUNCHER.toRealPath() + " ");
    try (var _ = emulator("--identity=rrsa --tls")) {
      // On a busy machine, a connection may not be there in time.
      Patience.see(
          () -> SystemCommand.of("sh", "-euc", commands).in(folder).run().printed(),
          printed -> printed.contains("secret app/dev/secret-1  It may be read."));
    }
  }
}
