package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The distribution with its own Java, and the plain one. {@code AOTMode=on} ends a JVM that cannot
 * use its cache.
 */
final class SelfContainedIT {
  private static final String STRICT = "-XX:AOTMode=on";

  /** Without a Java to fall back on. */
  private static SystemCommand.Outcome run(Path launcher, Object... args) {
    return SystemCommand.of(launcher)
        .and(args)
        .withPathAlone()
        .with(Map.of("PATH", "/usr/bin:/bin", "KMS_AGENT_JAVA_OPTS", STRICT))
        .run();
  }

  @Test
  void the_agent_starts_with_its_cache_and_reads_a_secret() throws Exception {
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.start(cloud.setup().withJavaOptions(STRICT))) {
      assertThat(agent.client().secret(cloud.newSecret("value")).status()).isEqualTo(200);
      Patience.see(agent::stderr, log -> log.toString().contains("\"aot_cache\":\"used\""));
    }
  }

  @Test
  void the_other_commands_start_with_it_too(@TempDir Path folder) throws Exception {
    assertThat(run(Distribution.launcher(), "version").output())
        .startsWith("alibabacloud-kms-agent ");
    var token = folder.resolve("token");
    assertThat(run(Distribution.launcher(), "token", token).status()).isZero();
    assertThat(token).content().hasSize(64);
  }

  @Test
  void it_can_be_moved_to_another_folder(@TempDir Path folder) throws Exception {
    var moved = Distribution.copyTo(folder.resolve("moved"));
    assertThat(run(moved.resolve("alibabacloud-kms-agent"), "version").status()).isZero();
  }

  @Test
  void a_cache_that_fits_no_more_is_found_out(@TempDir Path folder) throws Exception {
    var spoilt = Distribution.copyTo(folder.resolve("spoilt"));
    Files.write(spoilt.resolve("kms-agent.aot"), new byte[100]);
    var launcher = spoilt.resolve("alibabacloud-kms-agent");

    assertThat(run(launcher, "version").status()).isNotZero();
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.begin(cloud.setup(), launcher)) {
      Patience.see(agent::stderr, log -> log.toString().contains("\"aot_cache\":\"not used,"));
      assertThat(agent.stdout()).anyMatch(line -> line.contains("[aot]"));
    }
  }

  /**
   * A package or image of a reproducible build changes later times, and the cache would not fit.
   */
  @Test
  void all_its_files_have_the_time_of_the_release() throws IOException {
    var time = Files.getLastModifiedTime(Distribution.plainLauncher());
    try (var files = Files.walk(Distribution.folder())) {
      assertThat(files)
          .allSatisfy(file -> assertThat(Files.getLastModifiedTime(file)).isEqualTo(time));
    }
  }

  /** {@link CoreDumpsIT} shows what for. */
  @Test
  void its_java_can_be_read_by_the_owner_alone() throws IOException {
    var java = Distribution.folder().resolve("runtime/bin/java");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(java)))
        .isEqualTo("rwx--x--x");
  }

  @Test
  void it_carries_no_emulator_and_dev_says_so() throws Exception {
    assertThat(Distribution.folder().resolve("emulator")).doesNotExist();
    assertThat(run(Distribution.launcher(), "dev").printed()).contains("carries no emulator");
  }

  @Test
  void its_program_is_one_jar_and_its_java_has_no_more_than_that_needs() throws IOException {
    try (var jars = Files.list(Distribution.folder().resolve("lib"))) {
      assertThat(jars.map(Path::getFileName).map(Path::toString)).containsExactly("kms-agent.jar");
    }
    assertThat(Distribution.folder().resolve("runtime/release"))
        .content()
        .contains("java.net.http")
        .doesNotContain("java.desktop", "jdk.compiler", "jdk.jshell");
  }

  @Test
  void the_plain_one_starts_on_the_java_of_the_machine_and_serves_a_secret() throws Exception {
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.begin(cloud.setup(), Distribution.plainLauncher()).listening()) {
      assertThat(agent.client().secret(cloud.newSecret("value")).status()).isEqualTo(200);
      var exit = agent.terminate().exit();
      assertThat(exit.status()).isZero();
      assertThat(exit.stderr()).contains("agent_started").doesNotContain("aot_cache");
    }
  }
}
