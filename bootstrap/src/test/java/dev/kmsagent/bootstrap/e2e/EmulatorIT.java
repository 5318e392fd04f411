package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private static final String CHECK =
      "KMS_TOKEN=0123456789abcdef '%s' check --secret app/dev/secret-1"
          .formatted(Distribution.plainLauncher().toAbsolutePath());

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

    /** It connects within two seconds, which takes another attempt on a busy machine. */
    void assertThatAnAgentReads() {
      var report = Patience.see(() -> shell(CHECK), text -> text.contains("No problem was found."));

      assertThat(report).contains("It may be read.");
    }
  }

  @Nested
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  final class By_default extends OfOneEmulator {
    @Test
    void all_three_services_are_there_and_only_sts_needs_the_authority() throws IOException {
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
    }

    @Test
    void an_agent_reads_with_its_key() {
      assertThatAnAgentReads();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void ctrl_c_ends_it_in_good_order_and_nothing_is_left() throws Exception {
      assertThat(emulator.signal("INT").exit().status()).isZero();

      assertThat(folder).isEmptyDirectory();
    }
  }

  @Nested
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  final class With_the_address_of_credentials extends OfOneEmulator {
    With_the_address_of_credentials() {
      super("--identity=URI");
    }

    @Test
    void an_agent_reads_with_the_key_that_is_there() {
      assertThat(shell("curl -fsS $ALIBABA_CLOUD_CREDENTIALS_URI")).contains("\"Success\"");
      assertThatAnAgentReads();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void an_environment_that_another_wrote_since_stays() throws Exception {
      var file = Files.writeString(folder.resolve("emulator.env"), "another");

      assertThat(emulator.signal("TERM").exit().status()).isZero();

      assertThat(file).hasContent("another");
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
    }

    @Test
    void an_agent_reads_with_the_role() {
      assertThatAnAgentReads();
    }
  }
}
