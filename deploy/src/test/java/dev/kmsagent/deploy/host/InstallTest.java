package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InstallTest {
  @TempDir private Path folder;
  private Host host;
  private FakeDistribution first;
  private FakeDistribution second;

  @BeforeEach
  void set_up() throws IOException {
    host = new Host(folder.resolve("host"));
    first = FakeDistribution.in(folder, "1.0.0");
    second = FakeDistribution.in(folder, "2.0.0");
  }

  @Nested
  final class A_new_host {
    @Test
    void gets_a_program_that_runs() {
      assertThat(host.install(first).status()).isZero();
      assertThat(host.version()).isEqualTo("alibabacloud-kms-agent 1.0.0 on Java 25.0.1");
    }

    @Test
    void names_the_release_after_the_program_and_not_after_what_java_warns_of() throws IOException {
      first.program(
          "echo '[0.01s][warning][cds] a cache 9 of 8 fits no more'\n"
              + "echo 'alibabacloud-kms-agent 1.0.0 on Java 25.0.1'");
      assertThat(host.install(first).status()).isZero();
      assertThat(host.home().resolve("current").toRealPath().getFileName().toString())
          .startsWith("1.0.0-");
    }

    @Test
    void gets_the_shipped_configuration() {
      host.install(first);
      assertThat(host.config()).hasContent("# shipped with 1.0.0\n");
      assertThat(host.newConfig()).doesNotExist();
    }

    @Test
    void gets_the_units_as_they_are() {
      host.install(first);
      for (var unit : UnitFilesTest.UNITS) {
        assertThat(host.unit(unit)).hasSameBinaryContentAs(Host.SCRIPTS.resolve(unit));
      }
    }

    @Test
    void keeps_variables_from_all_but_root() throws IOException {
      host.install(first);
      assertThat(Files.getPosixFilePermissions(host.environment()))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void has_its_logs_where_the_units_let_it_write() throws IOException {
      host.install(first);
      assertThat(Files.readSymbolicLink(host.home().resolve("logs")))
          .isEqualTo(Path.of("/var/log/alibabacloud-kms-agent"));
      assertThat(Host.SCRIPTS.resolve("alibabacloud-kms-agent.service"))
          .content()
          .contains("LogsDirectory=alibabacloud-kms-agent\n");
    }

    @Test
    void keeps_the_dates_of_the_files() throws IOException {
      host.install(first);
      assertThat(Files.getLastModifiedTime(host.home().resolve("current/lib/kms-agent.jar")))
          .isEqualTo(Files.getLastModifiedTime(first.folder().resolve("lib/kms-agent.jar")));
    }

    @Test
    void lets_nobody_but_the_owner_write_to_the_program() throws IOException {
      host.install(first);
      try (var paths = Files.walk(host.home())) {
        assertThat(paths.filter(path -> !Files.isSymbolicLink(path)))
            .allSatisfy(
                path ->
                    assertThat(Files.getPosixFilePermissions(path))
                        .doesNotContain(
                            PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
      }
    }

    @Test
    void gets_no_emulator() {
      host.install(first);
      assertThat(host.home().resolve("current/lib")).exists();
      assertThat(host.home().resolve("current/emulator")).doesNotExist();
    }

    @Test
    void is_told_that_there_is_nothing_to_go_back_to() {
      host.install(first);
      var rollback = host.install("--rollback");
      assertThat(rollback.status()).isEqualTo(1);
      assertThat(rollback.output()).contains("there is no version to go back to");
    }
  }

  @Nested
  final class The_same_once_more {
    @Test
    void changes_nothing() throws IOException {
      host.install(first);
      var before = host.tree();
      assertThat(host.install(first).output()).contains("already");
      assertThat(host.tree()).isEqualTo(before);
    }

    @Test
    void keeps_the_version_to_go_back_to() {
      host.install(first);
      host.install(second);
      host.install(second);
      host.install("--rollback");
      assertThat(host.version()).contains("1.0.0");
    }

    @Test
    void repairs_a_file_that_was_changed() throws IOException {
      host.install(first);
      var before = host.tree();
      Files.writeString(host.home().resolve("current/lib/kms-agent.jar"), "something else");
      host.install(first);
      assertThat(host.tree()).isEqualTo(before);
    }
  }

  @Nested
  final class An_upgrade {
    @BeforeEach
    void install_the_first() {
      host.install(first);
    }

    @Test
    void replaces_the_program() {
      assertThat(host.install(second).status()).isZero();
      assertThat(host.version()).contains("2.0.0");
    }

    @Test
    void replaces_a_configuration_that_nobody_edited() {
      host.install(second);
      assertThat(host.config()).hasContent("# shipped with 2.0.0\n");
      assertThat(host.newConfig()).doesNotExist();
    }

    @Test
    void keeps_a_configuration_that_was_edited_and_says_so() throws IOException {
      Files.writeString(host.config(), "[KMS]\nRegion = \"cn-hangzhou\"\n");
      var install = host.install(second);
      assertThat(host.config()).hasContent("[KMS]\nRegion = \"cn-hangzhou\"\n");
      assertThat(host.newConfig()).hasContent("# shipped with 2.0.0\n");
      assertThat(install.output()).contains("kept").contains("config.toml.new");
    }

    @Test
    void lets_whoever_could_read_an_edited_configuration_read_it_still() throws IOException {
      Files.writeString(host.config(), "[Cache.Redis]\n");
      var mode = PosixFilePermissions.fromString("rw-r-----");
      Files.setPosixFilePermissions(host.config(), mode);
      host.install(second);
      assertThat(Files.getPosixFilePermissions(host.config())).isEqualTo(mode);
    }

    @Test
    void offers_no_configuration_that_is_the_same_as_before() throws IOException {
      Files.writeString(host.config(), "[KMS]\n");
      second.config("# shipped with 1.0.0\n");
      host.install(second);
      assertThat(host.newConfig()).doesNotExist();
    }

    @Test
    void keeps_the_variables() throws IOException {
      Files.writeString(host.environment(), "ALIBABA_CLOUD_REGION_ID=cn-beijing\n");
      host.install(second);
      assertThat(host.environment()).hasContent("ALIBABA_CLOUD_REGION_ID=cn-beijing\n");
    }

    @Test
    void keeps_what_others_put_beside_the_program() throws IOException {
      Files.writeString(host.home().resolve("ca.pem"), "an authority");
      host.install(second);
      assertThat(host.home().resolve("ca.pem")).hasContent("an authority");
    }

    @Test
    void keeps_two_versions() throws IOException {
      host.install(second);
      host.install(FakeDistribution.in(folder, "3.0.0"));
      try (var releases = Files.list(host.home().resolve("releases"))) {
        assertThat(releases.map(path -> path.getFileName().toString().substring(0, 5)))
            .containsExactlyInAnyOrder("2.0.0", "3.0.0");
      }
    }

    @Test
    void can_be_taken_back_and_made_again() {
      host.install(second);
      assertThat(host.install("--rollback").status()).isZero();
      assertThat(host.version()).contains("1.0.0");
      assertThat(host.install("--rollback").status()).isZero();
      assertThat(host.version()).contains("2.0.0");
    }

    @Test
    void to_a_program_that_does_not_run_is_not_made() throws IOException {
      second.program("exit 1");
      var install = host.install(second);
      assertThat(install.status()).isEqualTo(1);
      assertThat(install.output()).contains("does not run here, nothing was changed");
      assertThat(host.version()).contains("1.0.0");
    }
  }

  @Nested
  final class An_agent_that_was_put_there_by_hand {
    @BeforeEach
    void put_it_there() throws IOException {
      Files.createDirectories(host.home().resolve("logs"));
      Files.writeString(host.home().resolve("logs/kms-agent.log"), "started\n");
      Files.writeString(host.config(), "[Server]\nHttpPort = 2025\n");
      var program = host.home().resolve("alibabacloud-kms-agent");
      Files.writeString(program, "#!/bin/sh\necho the former\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void is_what_a_rollback_goes_back_to() {
      host.install(first);
      assertThat(host.version()).contains("1.0.0");
      host.install("--rollback");
      assertThat(host.version()).isEqualTo("the former");
    }

    @Test
    void leaves_its_configuration_in_force() {
      host.install(first);
      assertThat(host.config()).hasContent("[Server]\nHttpPort = 2025\n");
    }

    @Test
    void leaves_its_logs() {
      assertThat(host.install(first).output()).contains("logs.former");
      assertThat(host.home().resolve("logs.former/kms-agent.log")).hasContent("started\n");
    }
  }

  @Nested
  final class What_cannot_be {
    @Test
    void a_folder_that_is_no_distribution() throws IOException {
      var install = host.install(first.without("lib/kms-agent.jar"));
      assertThat(install.status()).isEqualTo(1);
      assertThat(install.output()).contains("is no distribution").contains("lib/kms-agent.jar");
    }

    @Test
    void an_unknown_option() {
      var install = host.install("--force");
      assertThat(install.status()).isEqualTo(2);
      assertThat(install.output()).contains("--force").contains("--help");
    }

    @Test
    void a_rollback_to_a_distribution() {
      assertThat(host.install("--rollback", first.folder()).status()).isEqualTo(2);
    }
  }

  @Nested
  final class Uninstalling {
    @BeforeEach
    void install_both() throws IOException {
      host.install(first);
      host.install(second);
      Files.writeString(host.config(), "[KMS]\n");
      Files.writeString(host.logs().resolve("kms-agent.log"), "started\n");
    }

    @Test
    void leaves_configuration_and_logs_alone() throws IOException {
      assertThat(host.uninstall().status()).isZero();
      assertThat(files())
          .containsExactlyInAnyOrder(
              "usr/local/alibabacloudkmsagent/config.toml",
              "etc/alibabacloud-kms-agent/environment",
              "var/log/alibabacloud-kms-agent/kms-agent.log");
    }

    @Test
    void with_purge_leaves_no_file() throws IOException {
      assertThat(host.uninstall("--purge").status()).isZero();
      assertThat(files()).isEmpty();
    }

    @Test
    void twice_is_as_good_as_once() throws IOException {
      host.uninstall();
      var before = host.tree();
      assertThat(host.uninstall().status()).isZero();
      assertThat(host.tree()).isEqualTo(before);
    }

    @Test
    void and_installing_again_finds_the_configuration() {
      host.uninstall();
      host.install(second);
      assertThat(host.config()).hasContent("[KMS]\n");
      assertThat(host.version()).contains("2.0.0");
    }

    private Set<String> files() throws IOException {
      var files = host.tree();
      files.values().removeIf(description -> description.matches("[r-][w-][x-].{6}"));
      return files.keySet();
    }
  }

  @Test
  void both_scripts_say_how_to_call_them() {
    for (var script : Set.of("install", "uninstall")) {
      var help = CommandLine.run(Host.SCRIPTS.resolve(script), "--help");
      assertThat(help.status()).isZero();
      assertThat(help.output()).startsWith(script + ": ").contains("usage: " + script, "--root");
    }
  }
}
