package dev.kmsagent.bootstrap.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.testkit.SystemCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The certificate of the agent as {@code check} tells of it, at any time of its life. */
final class CertificateCheckTest {
  private static final String NAMES = "san=dns:agent.example,ip:127.0.0.1";

  @TempDir private static Path folder;

  /** Certificates that live for 90 days and for 3, and one without a name. */
  @BeforeAll
  static void make() {
    make("long", "-validity", "90", "-ext", NAMES);
    make("short", "-validity", "3", "-ext", NAMES);
    make("nameless", "-validity", "90");
  }

  private static void make(String name, Object... more) {
    var keytool =
        SystemCommand.of(SystemCommand.jdk("keytool"), "-storepass", "known-to-everybody")
            .and("-keystore", folder.resolve("keys.p12"), "-alias", name);
    keytool.and("-genkeypair", "-dname", "CN=agent", "-keyalg", "EC").and(more).run().printed();
    keytool.and("-exportcert", "-rfc", "-file", folder.resolve(name + ".pem")).run();
  }

  private static String check(String name, Instant now, boolean isRequired) {
    var out = new ByteArrayOutputStream();
    var report = new Report(new PrintStream(out, true, UTF_8));
    var file = folder.resolve(name + ".pem");
    new CertificateCheck(now, report).check(new TlsConfig(file, file, isRequired));
    return out.toString(UTF_8);
  }

  /** At a time before the end of the certificate. */
  private static String check(String name, Duration left) throws IOException {
    var certificate = ServerCertificate.chain(folder.resolve(name + ".pem")).getFirst();
    return check(name, certificate.getNotAfter().toInstant().minus(left), true);
  }

  @ParameterizedTest
  @CsvSource({
    "long, P91D, problem, replace it",
    "long, P7D, ok, .",
    "long, P6D, warning, ends soon",
    "long, PT-1S, problem, replace it",
    "short, P1D, ok, .",
    "short, PT23H, warning, ends soon"
  })
  void its_names_and_its_life_are_told(String name, Duration left, String grade, String advice)
      throws IOException {
    assertThat(check(name, left))
        .startsWith(grade + " ")
        .contains("It is for [agent.example, 127.0.0.1], from 2", advice)
        .hasLineCount(1);
  }

  @Test
  void without_a_name_it_is_a_problem() throws IOException {
    assertThat(check("nameless", Duration.ofDays(9)))
        .startsWith("problem")
        .contains("It is for [], from");
  }

  @Test
  void a_file_that_is_gone_is_a_problem() {
    assertThat(check("missing", Instant.EPOCH, true))
        .startsWith("problem")
        .contains("missing.pem does not exist");
  }

  @Test
  void that_plain_requests_are_served_is_a_warning() {
    assertThat(check("missing", Instant.EPOCH, false))
        .containsPattern("\nwarning +TLS +Requests without it are served");
  }
}
