package dev.kmsagent.bootstrap.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.Distribution;
import dev.kmsagent.bootstrap.e2e.RawHttp;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody makes the agent write much, where nothing can be written. */
@Tag("thorough")
final class BlockedLogIT {
  /** More than a pipe and a queue hold. */
  private static final int REQUESTS = 700;

  @TempDir private Path folder;

  private static boolean run(Object... command) {
    return SystemCommand.of(command).run().status() == 0;
  }

  /** Requests and reads that want lines of several events, at every level. */
  private static void provoke(AttackedAgent agent) {
    var raw = new RawHttp(agent.process().port());
    for (int i = 0; i < REQUESTS; i++) {
      if (i % 20 == 0) {
        raw.send("GET /ping HTTP/1.1", "Host: localhost:" + "x".repeat(1000));
        agent.client().secret("missing-" + i);
      } else {
        agent.client().secret(agent.cachedSecret());
      }
    }
    agent.assertMisses();
  }

  @Test
  void an_unread_standard_error_holds_up_no_read_and_no_end() throws Exception {
    var pipe = folder.resolve("pipe");
    assertThat(run("mkfifo", pipe)).isTrue();
    var cloud = TestCloud.start();
    try (var _ = new RandomAccessFile(pipe.toFile(), "rw")) {
      var setup = AttackedAgent.setup(cloud).with("Log.LogLevel = \"Debug\"\nLog.Audit = true");
      Files.writeString(folder.resolve("config.toml"), setup.toml());
      var command = "exec " + Distribution.launcher() + " agent config.toml 2> pipe";
      var process = AgentProcess.begin(setup, folder, List.of("sh", "-c", command)).listening();
      try (var agent = AttackedAgent.of(cloud, process)) {
        provoke(agent);
        agent.assertUnharmed("an unread standard error");
        assertThat(process.terminate().exit().status()).isZero();
      }
    }
  }

  @Test
  void a_full_disk_holds_up_no_read_with_audit() throws Exception {
    onFullDisk(
        "Log.Audit = true",
        agent -> {
          assertThat(agent.dependency("audit")).isEqualTo("DEGRADED");
        });
  }

  @Test
  void a_full_disk_holds_up_no_read_without_audit() throws Exception {
    onFullDisk("", _ -> {});
  }

  private void onFullDisk(String config, java.util.function.Consumer<AttackedAgent> check)
      throws Exception {
    var disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk),
        "mounting a small file system needs root");
    try (var agent =
        AttackedAgent.start(
            "Log.LogPath = \"%s\"\nLog.LogLevel = \"Debug\"\n%s".formatted(disk, config))) {
      provoke(agent);
      Patience.see(() -> disk.toFile().getUsableSpace(), left -> left == 0);
      check.accept(agent);
      agent.assertUnharmed("a full disk, " + config);
    } finally {
      assertThat(run("umount", "-l", disk)).isTrue();
    }
  }
}
