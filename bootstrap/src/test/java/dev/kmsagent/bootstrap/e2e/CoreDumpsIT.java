package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The memory of an agent, for other processes of the same user. */
final class CoreDumpsIT {
  /** Any account but root's, and its group. */
  private static final String USER = "65534";

  /** User and group. */
  private static final String ROOT = "0:0";

  private static String owner(String file) throws IOException {
    var attributes = Files.readAttributes(Path.of(file), "unix:uid,gid");
    return attributes.get("uid") + ":" + attributes.get("gid");
  }

  private static boolean isRoot() throws IOException {
    return owner("/proc/self").startsWith("0:");
  }

  /**
   * The kernel gives the files of a process that may not be dumped to root and its group. As root,
   * the agent gets another group: another user could not start it where the clone is private.
   */
  @Test
  void are_disabled_so_that_the_memory_and_environment_are_closed_to_the_same_user()
      throws Exception {
    try (var cloud = Cloud.start()) {
      var setup = cloud.setup();
      var folder = Files.createTempDirectory("kms-agent-e2e-");
      Files.writeString(folder.resolve("config.toml"), setup.toml());
      var command = new ArrayList<String>();
      if (isRoot()) {
        command.addAll(List.of("setpriv", "--regid", USER, "--clear-groups"));
      }
      command.addAll(List.of(Distribution.launcher().toString(), "agent", "config.toml"));
      try (var agent = AgentProcess.begin(setup, folder, command).listening()) {
        assertThat(owner("/proc/" + agent.pid())).isNotEqualTo(ROOT);
        assertThat(owner("/proc/" + agent.pid() + "/environ")).isEqualTo(ROOT);
        assertThat(agent.client().secret(cloud.newSecret("value")).status()).isEqualTo(200);
        assertThat(agent.terminate().exit().stderr()).doesNotContain("Core dumps");
      }
    }
  }

  @Test
  void a_crash_leaves_no_file_with_the_memory_either() throws Exception {
    try (var cloud = Cloud.start();
        var agent = cloud.agent("")) {
      var crash = agent.signal("SEGV").exit();

      assertThat(crash.stdout()).contains("A fatal error has been detected");
      try (var files = Files.list(agent.folder())) {
        assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("config.toml");
      }
    }
  }

  @Test
  void it_is_said_where_they_remain_possible() throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    var jar = Distribution.jar().toString();
    var main = "dev.kmsagent.bootstrap.command.Main";
    var process = new ProcessBuilder(java, "-cp", jar, main, "check", "--offline").start();

    var errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(errors).contains("Core dumps of the memory are possible. The JVM grants no native");
  }
}
