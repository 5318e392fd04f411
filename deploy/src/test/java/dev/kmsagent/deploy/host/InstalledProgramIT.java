package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InstalledProgramIT {
  @TempDir private Path folder;

  @Test
  void says_its_version_and_makes_a_token() {
    var host = new Host(folder.resolve("host"));
    assertThat(host.install(Distribution.FOLDER)).extracting(CommandLine::status).isEqualTo(0);
    assertThat(host.version()).startsWith("alibabacloud-kms-agent 0.");

    var token = folder.resolve("kmstoken/token");
    var program = host.home().resolve("alibabacloud-kms-agent");
    assertThat(CommandLine.run(program, "token", "--keep", "--mode", "0640", token).output())
        .contains("wrote a token");
    assertThat(CommandLine.run(program, "token", "--keep", "--mode", "0640", token).output())
        .contains("kept the token");
    assertThat(token).content().hasSize(64);
  }
}
