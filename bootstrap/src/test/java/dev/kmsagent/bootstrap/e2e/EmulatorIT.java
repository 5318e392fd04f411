package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code emulator}, and a shell that sources the environment that it writes. */
@Tag("thorough")
final class EmulatorIT {
  private static final AgentSetup OWN =
      new AgentSetup(
          Map.of(),
          Map.of("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-own", "KMS_AGENT_SERVER_HTTPPORT", "1"));
  private static final Path MODULES =
      Path.of("..", "client-tests", "target", "node", "node_modules").toAbsolutePath();
  private static final Pattern PROGRAM = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL);

  private static AgentProcess begin(Path folder, String... options) throws IOException {
    var launcher = Distribution.plainLauncher();
    var command = new ArrayList<>(AgentProcess.inForeground(launcher, "emulator"));
    command.addAll(List.of("--env", "emulator.env"));
    command.addAll(List.of(options));
    var javaOptions = "-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + folder;
    return AgentProcess.begin(OWN.withJavaOptions(javaOptions), folder, command);
  }

  /** An emulator with these options, for all tests of a class. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class OfOneEmulator {
    private final String[] options;
    Path folder;
    AgentProcess emulator;

    OfOneEmulator(String... options) {
      this.options = options;
    }

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
      this.folder = folder;
      emulator = begin(folder, options).listening();
    }

    @AfterAll
    void stop() {
      emulator.close();
    }

    /** What a shell prints that has sourced the environment. */
    String shell(String script) {
      return SystemCommand.of("sh", "-euc", ". ./emulator.env\n" + script)
          .in(folder)
          .run()
          .printed();
    }

    /** Runs the program of the page in Node, with these variables besides. */
    void assertNodeReadsASecret(String variables) throws IOException {
      assumeTrue(
          Files.exists(MODULES.resolve("@alicloud")), "no SDK for Node: build/clients installs it");
      var page = PROGRAM.matcher(Files.readString(Path.of("..", "docs", "emulator.md")));
      assertThat(page.find()).isTrue();
      Files.writeString(folder.resolve("read.js"), page.group(1));

      assertThat(shell(variables + " NODE_PATH=" + MODULES + " node read.js\nrm read.js"))
          .isEqualTo("hello from the emulated KMS\n");
    }
  }

  @Nested
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  final class By_default extends OfOneEmulator {
    @Test
    void all_three_services_are_there_and_only_sts_needs_the_authority() throws IOException {
      assertThat(emulator.stdout()).contains(shell("grep KMS_ENDPOINT= emulator.env").strip());
      assertThat(shell("curl -fsS $KMS_PROTOCOL://$KMS_ENDPOINT/_emulator/secrets"))
          .contains("app/dev/secret-1");
      assertThat(shell("curl -sS --cacert $CA_FILE https://$STS_ENDPOINT/"))
          .contains("MissingParameter");
      assertThat(shell("curl -sS https://$STS_ENDPOINT/ || true")).contains("certificate");
      assertThat(shell("curl -fsS $METADATA_ENDPOINT/latest/meta-data/ram/security-credentials/"))
          .isEqualTo("dev-role-for-rrsa");
    }

    @Test
    void its_key_reads_a_secret_in_node() throws IOException {
      assertNodeReadsASecret("");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void ctrl_c_ends_it_in_good_order_and_leaves_only_the_environment() throws Exception {
      assertThat(emulator.signal("INT").exit().status()).isZero();

      assertThat(folder).isDirectoryNotContaining(it -> !it.endsWith("emulator.env"));
    }
  }

  @Nested
  final class With_tls_and_a_role_on_chosen_ports extends OfOneEmulator {
    private static final int KMS = FreePort.next();
    private static final int STS = FreePort.next();
    private static final int METADATA = FreePort.next();

    With_tls_and_a_role_on_chosen_ports() {
      super(
          "--tls",
          "--identity=rrsa",
          "--kms-port=" + KMS,
          "--sts-port=" + STS,
          "--metadata-port=" + METADATA);
    }

    @Test
    void it_listens_there() throws IOException {
      assertThat(emulator.port()).isEqualTo(KMS);
      assertThat(shell("echo $KMS_ENDPOINT $STS_ENDPOINT $METADATA_ENDPOINT"))
          .isEqualTo("127.0.0.1:%s 127.0.0.1:%s 127.0.0.1:%s\n".formatted(KMS, STS, METADATA));
      assertThat(shell("curl -fsS --cacert $CA_FILE https://$KMS_ENDPOINT/_emulator"))
          .contains("/_emulator/faults");
    }

    @Test
    void the_token_and_the_role_get_a_key() throws IOException {
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

    @Test
    void the_key_reads_a_secret_in_node_nevertheless() throws IOException {
      assertNodeReadsASecret(
          """
          NODE_EXTRA_CA_CERTS=$CA_FILE \
          ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI-emulated \
          ALIBABA_CLOUD_ACCESS_KEY_SECRET=known-to-everybody""");
    }
  }
}
