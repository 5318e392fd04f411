package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of {@code docs/emulator.md} with the vendor's SDKs, in a shell that has sourced the
 * environment of an emulator. No program connects to anything but loopback.
 */
final class EmulatorSnippetsIT {
  private static final Path PAGE = Path.of("..", "docs", "emulator.md");
  private static final Path LAUNCHER =
      Path.of("..", "bootstrap", "target", "alibabacloud-kms-agent", "alibabacloud-kms-agent");

  private static String program(String language, String beginning) throws IOException {
    var block = "```%s\n(%s.*?)```".formatted(language, Pattern.quote(beginning));
    var found = Pattern.compile(block, Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertThat(found.find()).as("%s has a %s block", PAGE, language).isTrue();
    return found.group(1);
  }

  /** An emulator with these options, for all tests of a class. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class OfOneEmulator {
    private final List<String> options;
    private Path folder;
    private AgentProcess emulator;

    OfOneEmulator(String... options) {
      this.options = List.of(options);
    }

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
      this.folder = folder;
      var command = new ArrayList<>(List.of(LAUNCHER.toRealPath().toString(), "emulator"));
      command.addAll(List.of("--env", "emulator.env"));
      command.addAll(options);
      emulator = AgentProcess.begin(AgentSetup.plain(), folder, command).listening();
    }

    @AfterAll
    void stop() {
      emulator.close();
    }

    /** What the program prints, when it has been seen to connect to loopback alone. */
    private String run(String command) throws IOException {
      assumeTrue(SystemCommand.isThere("strace"), "there is no strace, see build/clients");
      var printed =
          SystemCommand.of(
                  "sh",
                  "-euc",
                  ". ./emulator.env; exec strace -f -qq -e trace=connect -o calls " + command)
              .in(folder)
              .run()
              .outputOfSuccess();
      assertThat(Files.readAllLines(folder.resolve("calls")))
          .filteredOn(call -> call.contains("AF_INET"))
          .isNotEmpty()
          .allMatch(call -> call.contains("127.0.0.1\"") && !call.contains("htons(53)"));
      return printed;
    }

    String java(String credential) throws IOException {
      Files.writeString(folder.resolve("Read.java"), program("java", "import com.aliyun"));
      return run(
          "%s -XX:TieredStopAtLevel=1 -Djavax.net.ssl.trustStore=$CA_TRUST_STORE -cp '%s' Read.java %s"
              .formatted(
                  SystemCommand.jdk("java"), System.getProperty("java.class.path"), credential));
    }

    /** What the commands for an agent with this configuration print, up to its start. */
    String check(String configuration) throws IOException {
      Files.writeString(folder.resolve("config.toml"), configuration);
      var commands = program("sh", "alibabacloud-kms-agent emulator --identity rrsa");
      return SystemCommand.of("sh", "-euc", betweenStarts(commands))
          .in(folder)
          .run()
          .outputOfSuccess();
    }

    private String betweenStarts(String commands) throws IOException {
      return commands
          .replaceFirst(".*\n", "")
          .replaceFirst("alibabacloud-kms-agent agent .*\n", "")
          .replace("/tmp/token", folder.resolve("token").toString())
          .replace("alibabacloud-kms-agent ", LAUNCHER.toRealPath() + " ");
    }

    String node(String credential) throws IOException {
      Files.writeString(folder.resolve("read.js"), program("js", "// read.js"));
      var modules = Program.nodeModules("@alicloud");
      return run("env NODE_PATH='%s' node read.js %s".formatted(modules, credential));
    }
  }

  @Nested
  final class With_a_key extends OfOneEmulator {
    With_a_key() {
      super("--identity=key");
    }

    @Test
    void java_reads_with_it() throws IOException {
      assertThat(java("key")).isEqualTo("hello from the emulated KMS\n");
    }

    @Test
    void the_default_chain_of_java_finds_it() throws IOException {
      assertThat(java("chain")).isEqualTo("hello from the emulated KMS\n");
    }

    @Test
    void node_reads_with_it() throws IOException {
      assertThat(node("key")).isEqualTo("hello from the emulated KMS\n");
    }

    @Test
    void the_default_chain_of_node_finds_it() throws IOException {
      assertThat(node("chain")).isEqualTo("hello from the emulated KMS\n");
    }
  }

  @Nested
  final class With_a_role_and_tls extends OfOneEmulator {
    With_a_role_and_tls() {
      super("--identity=rrsa", "--tls");
    }

    @Test
    void java_reads_with_it() throws IOException {
      assertThat(java("rrsa")).isEqualTo("hello from the emulated KMS\n");
    }

    @Test
    void node_reads_with_it() throws IOException {
      assertThat(node("rrsa")).isEqualTo("hello from the emulated KMS\n");
    }

    @Test
    void an_agent_with_the_configuration_of_a_pod_reads_with_it() throws IOException {
      var printed =
          check(
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

      assertThat(printed).contains("secret app/dev/secret-1  It may be read.");
    }
  }

  @Nested
  final class With_the_address_of_credentials extends OfOneEmulator {
    With_the_address_of_credentials() {
      super("--identity=uri");
    }

    @Test
    void the_default_chain_of_java_reads_with_them() throws IOException {
      assertThat(java("chain")).isEqualTo("hello from the emulated KMS\n");
    }

    @Test
    void the_default_chain_of_node_reads_with_them() throws IOException {
      assertThat(node("chain")).isEqualTo("hello from the emulated KMS\n");
    }
  }
}
