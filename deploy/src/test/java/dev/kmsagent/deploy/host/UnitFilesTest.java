package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UnitFilesTest {
  /** Those that run the agent's program. */
  static final List<String> UNITS =
      List.of(
          "alibabacloud-kms-agent.service",
          "alibabacloud-kms-agent-token.service",
          "alibabacloud-kms-agent-check.service");

  /** Those for the services that read its files. */
  static final List<String> OF_FILES =
      List.of(
          "alibabacloud-kms-agent-files.service",
          "alibabacloud-kms-agent-reload@.path",
          "alibabacloud-kms-agent-reload@.service");

  private static final Path FOLDER = Path.of("systemd").toAbsolutePath();

  @TempDir private Path folder;

  @BeforeEach
  void need_systemd() {
    assumeTrue(
        SystemCommand.isThere("systemd-analyze"),
        "there is no systemd-analyze here: build/tools gets it on Debian");
  }

  @ParameterizedTest
  @FieldSource("UNITS")
  void exposes_little(String unit) {
    var analysis =
        SystemCommand.of("systemd-analyze", "--no-pager", "security", "--offline=true")
            .and(FOLDER.resolve(unit))
            .run();

    assertThat(analysis.output())
        .containsPattern("exposure level for \\S+: \\S+ (OK|SAFE|PERFECT)");
  }

  /** The unit where packages install it, with the programs that it can start. */
  @ParameterizedTest
  @FieldSource({"UNITS", "OF_FILES"})
  void is_understood_by_systemd(String unit) throws IOException {
    verify(unit, Files.readString(FOLDER.resolve(unit)));
  }

  /** The lines that stand there as comments. */
  @Test
  void a_key_can_be_a_credential() throws IOException {
    var unit = UNITS.getFirst();
    var shipped = Files.readString(FOLDER.resolve(unit));
    var given = shipped.replaceAll("(?m)^#(?=LoadCredential|Environment)", "");

    assertThat(given)
        .contains("\nLoadCredentialEncrypted=cache-key:/etc/alibabacloud-kms-agent/cache-key\n")
        .contains("\nEnvironment=KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY=${FILE:%d/cache-key}\n")
        .contains("\nLoadCredentialEncrypted=audit-key:/etc/alibabacloud-kms-agent/audit-key\n")
        .contains("\nEnvironment=KMS_AGENT_LOG_AUDITKEYFILE=%d/audit-key\n");
    verify(unit, given);
  }

  private void verify(String unit, String text) throws IOException {
    for (var program : List.of("bin/sh", "usr/bin/curl", "usr/bin/systemctl")) {
      var path = folder.resolve(program);
      Files.createDirectories(path.getParent());
      Files.copy(Path.of("/bin/sh"), path, StandardCopyOption.COPY_ATTRIBUTES);
    }
    FakeDistribution.in(folder.resolve("usr/lib/alibabacloud-kms-agent"));
    var units = Files.createDirectories(folder.resolve("usr/lib/systemd/system"));
    for (var other : OF_FILES) {
      Files.copy(FOLDER.resolve(other), units.resolve(other));
    }
    var installed = units.resolve(unit);
    Files.writeString(installed, text);

    // The targets of a whole system are not looked for.
    var verify = SystemCommand.of("systemd-analyze", "verify", "--man=no", "--recursive-errors=no");
    var verified = verify.and("--root=" + folder, installed).run();
    assertThat(verified.status()).isZero();
    assertThat(verified.printed()).isEmpty();
  }

  /** Above the heap there is room for the rest of the JVM. */
  @Test
  void the_memory_fits_the_heap_that_the_launcher_sets() throws IOException {
    var launcher = Path.of("../bootstrap/src/main/dist/alibabacloud-kms-agent");
    assertThat(megabytes(FOLDER.resolve(UNITS.getFirst()), "MemoryMax=(\\d+)M"))
        .isEqualTo(megabytes(launcher, " heap=(\\d+)m") + 224);
  }

  private static int megabytes(Path file, String pattern) throws IOException {
    var found = Pattern.compile(pattern).matcher(Files.readString(file));
    assertThat(found.find()).as(file.toString()).isTrue();
    return Integer.parseInt(found.group(1));
  }

  /**
   * A memory that is swapped out or dumped is on a disk. ProcSubset would hide /proc/net, without
   * which the JVM does not keep [::1]:2025.
   */
  @Test
  void the_agent_is_bounded_and_comes_back() throws IOException {
    assertThat(Files.readAllLines(FOLDER.resolve(UNITS.getFirst())))
        .contains("ProtectProc=invisible")
        .noneMatch(line -> line.startsWith("ProcSubset="))
        .contains("MemorySwapMax=0", "TasksMax=512", "LimitNOFILE=4096", "LimitCORE=0")
        .contains("Restart=on-failure", "RestartPreventExitStatus=2", "StartLimitIntervalSec=0");
  }

  /** The check has what the agent has. */
  @ParameterizedTest
  @ValueSource(strings = {"alibabacloud-kms-agent.service", "alibabacloud-kms-agent-check.service"})
  void has_a_folder_of_its_own_for_a_cache(String unit) throws IOException {
    assertThat(Files.readAllLines(FOLDER.resolve(unit)))
        .contains("StateDirectory=kms-agent", "StateDirectoryMode=0700");
  }

  @ParameterizedTest
  @CsvSource({
    "KMS_AGENT_LOG_LOGLEVEL, '', 1",
    "KMS_AGENT_LOG_LOGLEVEL, 'Region = \"cn-hangzhou\"', 0",
    "KMS_AGENT_LOG_LOGLEVEL, 'KMS.Endpoint = \"kms-vpc.cn-hangzhou.aliyuncs.com\"', 0",
    "ALIBABA_CLOUD_REGION_ID, '', 0",
    "KMS_AGENT_KMS_ENDPOINT, '', 0",
  })
  void the_agent_is_skipped_without_a_region(String variable, String line, int status)
      throws IOException {
    var config = folder.resolve("config.toml");
    var shipped = Files.readString(Path.of("../config/config.toml"));
    Files.writeString(config, shipped + line);
    var unit = Files.readString(FOLDER.resolve(UNITS.getFirst()));
    var condition = Pattern.compile("ExecCondition=/bin/sh -c '([^']+)'").matcher(unit);
    assertThat(condition.find()).isTrue();
    var script =
        condition
            .group(1)
            .replace("\\\n", "")
            .replace("/etc/alibabacloud-kms-agent/config.toml", config.toString());
    var command = SystemCommand.of("sh", "-c", script).withPathAlone().with(variable, "x");

    assertThat(command.run().status()).isEqualTo(status);
  }
}
