package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wall clock of an agent is set while it runs, by libfaketime; that of KMS stays right. */
class ClockIT {
  private static final Path LIBRARIES = Path.of("/usr/lib");

  private final TestCloud cloud = TestCloud.start();
  private final String name = cloud.newSecret("old");
  @TempDir private Path folder;

  @BeforeEach
  void set_right() throws IOException {
    set("+0");
  }

  @AfterEach
  void close() throws IOException {
    cloud.close();
  }

  /** Replaces the file as a whole: libfaketime reads it at each reading of a clock. */
  private void set(String offset) throws IOException {
    var written = Files.writeString(folder.resolve("next"), offset);
    Files.move(written, offsetFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path offsetFile() {
    return folder.resolve("offset");
  }

  /**
   * The monotonic clock stays right; libfaketime would let waits by it hang if it corrected them.
   */
  private AgentProcess agent(String config) throws IOException {
    var library = library();
    assumeTrue(
        library.isPresent(), "there is no libfaketime here: build/faketime gets it on Debian");
    return AgentProcess.start(
        cloud
            .setup()
            .with(config)
            .withVariable("LD_PRELOAD", library.get().toString())
            .withVariable("FAKETIME_TIMESTAMP_FILE", offsetFile().toString())
            .withVariable("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .withVariable("FAKETIME_FORCE_MONOTONIC_FIX", "0")
            .withVariable("FAKETIME_NO_CACHE", "1"));
  }

  private static Optional<Path> library() throws IOException {
    try (Stream<Path> folders = Files.list(LIBRARIES)) {
      return folders
          .map(folder -> folder.resolve("faketime/libfaketimeMT.so.1"))
          .filter(Files::exists)
          .findFirst();
    }
  }

  /** KMS does not accept calls that are dated an hour ago, so that the value stays stale. */
  @Test
  void a_wall_clock_that_is_set_back_makes_no_value_fresh_again() throws IOException {
    try (var agent = agent("Cache.TtlSeconds = 8\nServer.RequestTimeoutSeconds = 60")) {
      assertThat(agent.client().secret(name).summary()).isEqualTo("old, fwd=miss");
      set("-1h");
      assertThat(agent.client().secret(name).summary()).isEqualTo("old, hit");
      Patience.see(
          () -> agent.client().secret(name).summary(), "old, hit; detail=stale-if-error"::equals);
    }
  }

  @Test
  void a_wall_clock_that_is_set_forward_makes_no_value_stale() throws IOException {
    try (var agent = agent("Cache.TtlSeconds = 3600\nServer.RequestTimeoutSeconds = 60")) {
      assertThat(agent.client().secret(name).summary()).isEqualTo("old, fwd=miss");
      set("+1d");
      var answer = agent.client().secret(name);
      assertThat(answer.summary()).isEqualTo("old, hit");
      assertThat(answer.header("age").map(Integer::parseInt).orElseThrow()).isLessThan(3600);
      assertThat(cloud.calls(name)).isEqualTo(1);
    }
  }
}
