package dev.kmsagent.bootstrap.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.testkit.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate of the agent as {@code check} tells of it, at any time of its life. */
final class CertificateCheckTest {
  private static final String NAMES = "san=dns:agent.example,ip:127.0.0.1";

  @TempDir private Path folder;

  private String check(String extension, Instant now) {
    return check(TlsFiles.in(folder).write("-1H", extension).certificate(), now);
  }

  private static String check(Path file, Instant now) {
    var out = new ByteArrayOutputStream();
    var report = new Report(new PrintStream(out, true, UTF_8));
    new CertificateCheck(now, report).check(new TlsConfig(file, file, true));
    return out.toString(UTF_8);
  }

  @Test
  void its_names_and_its_end_are_told() {
    assertThat(check(NAMES, Instant.EPOCH))
        .startsWith("ok ")
        .contains("It is for [agent.example, 127.0.0.1], until 20")
        .hasLineCount(1);
  }

  @Test
  void it_is_a_problem_once_it_has_ended_and_without_a_name() {
    var late = Instant.parse("2100-01-01T00:00:00Z");
    assertThat(check(NAMES, late)).startsWith("problem ").contains("Clients refuse it");
    assertThat(check("bc=ca:false", Instant.EPOCH))
        .startsWith("problem ")
        .contains("names no host");
  }

  @Test
  void a_file_that_is_gone_is_a_problem() {
    assertThat(check(folder.resolve("missing.pem"), Instant.EPOCH))
        .startsWith("problem")
        .contains("missing.pem does not exist");
  }
}
