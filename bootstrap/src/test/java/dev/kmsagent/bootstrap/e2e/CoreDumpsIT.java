package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.Unchecked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void are_disabled_so_that_memory_and_environment_are_closed_and_a_crash_leaves_no_file()
      throws Exception {
    try (var cloud = TestCloud.start()) {
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
        var crash = agent.signal("SEGV").exit();
        assertThat(crash.stdout()).contains("A fatal error has been detected");
        assertThat(crash.stderr()).doesNotContain("Core dumps");
        assertThat(folder.toFile().list()).containsExactly("config.toml");
      }
    }
  }

  /** Every user can enter it, also where the clone and other temporary folders are private. */
  private static final class OpenFolder implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.createTempDirectory(Path.of("/tmp"), "kms-agent-e2e-").toRealPath();
    }
  }

  /** The agent as root installs it for another user; its JVM waits for its first options. */
  @Nested
  class Before_the_program_runs {
    @AutoClose private final TestCloud cloud = TestCloud.start();

    @TempDir(factory = OpenFolder.class)
    private Path folder;

    @BeforeEach
    void install() throws Exception {
      assumeTrue(isRoot(), "only root can start the agent as another user");
      Distribution.copyTo(folder.resolve("distribution"));
      assertThat(run(List.of("mkfifo", options().toString()))).isZero();
    }

    /** Unless the kernel leaves dumps to a program, the agent does not close it once more. */
    @Test
    void the_memory_is_closed_to_the_same_user_who_cannot_read_the_java() throws Exception {
      try (var agent = start()) {
        assertThat(isOpen(agent)).isFalse();

        var classes = folder.resolve("work/classes");
        Files.writeString(options(), "-XX:AOTMode=on -Xlog:class+load:file=" + classes);

        assertThat(agent.listening().client().secret(cloud.newSecret("value")).status())
            .isEqualTo(200);
        assertThat(isOpen(agent)).isFalse();
        var leavesDumps =
            !Files.readString(Path.of("/proc/sys/fs/suid_dumpable")).strip().equals("0");
        assertThat(Files.readString(classes).contains("DowncallStub")).isEqualTo(leavesDumps);
      }
    }

    /** Shows that the other test would find it. */
    @Test
    void the_memory_is_open_to_the_same_user_who_can_read_the_java() throws Exception {
      Files.setPosixFilePermissions(java(), PosixFilePermissions.fromString("rwxr-xr-x"));
      try (var agent = start()) {
        assertThat(isOpen(agent)).isTrue();
      }
    }

    private Path java() {
      return folder.resolve("distribution/runtime/bin/java");
    }

    private Path options() {
      return folder.resolve("options");
    }

    private AgentProcess start() throws Exception {
      var setup = cloud.setup().withJavaOptions("@" + options());
      var work = Files.createDirectory(folder.resolve("work"));
      Files.writeString(work.resolve("config.toml"), setup.toml());
      letOthersRead();
      Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
      var launcher = folder.resolve("distribution/alibabacloud-kms-agent").toString();
      return AgentProcess.begin(setup, work, asUser(launcher, "agent", "config.toml"));
    }

    /** With any umask, but for the java. */
    private void letOthersRead() throws Exception {
      var script = "find '%s' ! -path '*/bin/java' -exec chmod go+rX {} +".formatted(folder);
      assertThat(run(List.of("sh", "-c", script))).isZero();
    }

    private static List<String> asUser(String... command) {
      var words = new ArrayList<>(List.of("setpriv", "--reuid", USER, "--regid", USER));
      words.add("--clear-groups");
      words.addAll(List.of(command));
      return words;
    }

    /** Whether another process of its user can open its memory, once the java is executed. */
    private boolean isOpen(AgentProcess agent) throws Exception {
      var process = Path.of("/proc", Long.toString(agent.pid()));
      Patience.see(() -> target(process.resolve("exe")), java()::equals);
      return run(asUser("dd", "if=" + process.resolve("mem"), "count=0")) == 0;
    }

    private static Path target(Path link) {
      return Unchecked.get(() -> Files.readSymbolicLink(link));
    }

    private static int run(List<String> command) {
      return SystemCommand.of(command.toArray()).run().status();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"check --offline", "get", "credentials", "exec"})
  void it_is_said_where_they_remain_possible(String command) {
    var main = SystemCommand.java("-cp", Distribution.jar(), "dev.kmsagent.bootstrap.command.Main");

    assertThat(main.and((Object[]) command.split(" ", -1)).run().errors())
        .contains("Core dumps of the memory are possible. The JVM grants no native");
  }
}
