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
  /** Any account but root's. */
  private static final int USER = 65534;

  private static final int ROOT = 0;

  /** Runs a command as some user who is not root. */
  private static List<String> asUser(Path folder, String... command) throws IOException {
    var words = new ArrayList<String>();
    if (owner(folder) == ROOT) {
      Files.setAttribute(folder, "unix:uid", USER);
      var user = Integer.toString(USER);
      words.addAll(List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups"));
    }
    words.addAll(List.of(command));
    return words;
  }

  private static int owner(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:uid");
  }

  private static Path environment(AgentProcess agent) {
    return Path.of("/proc", Long.toString(agent.pid()), "environ");
  }

  /** The kernel gives the files of a process that may not be dumped to root. */
  @Test
  void are_disabled_so_that_the_memory_and_environment_are_closed_to_the_same_user()
      throws Exception {
    try (var cloud = Cloud.start()) {
      var setup = cloud.setup();
      var folder = Files.createTempDirectory("kms-agent-e2e-");
      Files.writeString(folder.resolve("config.toml"), setup.toml());
      var command = asUser(folder, Distribution.launcher().toString(), "agent", "config.toml");
      try (var agent = AgentProcess.begin(setup, folder, command).listening()) {
        assertThat(owner(environment(agent))).isEqualTo(ROOT);
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
