package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
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
    assumeTrue(library.isPresent(), "there is no libfaketime here: build/tools gets it on Debian");
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

  @Test
  void a_wall_clock_that_is_set_changes_the_age_of_no_value() throws IOException {
    try (var agent = agent("Cache.TtlSeconds = 3600\nServer.RequestTimeoutSeconds = 60")) {
      assertThat(agent.client().secret(name).summary()).isEqualTo("old, fwd=miss");

      for (var offset : List.of("+1d", "-1d")) {
        set(offset);
        var answer = agent.client().secret(name);
        assertThat(answer.summary()).as(offset).isEqualTo("old, hit");
        assertThat(answer.header("age").map(Integer::parseInt).orElseThrow()).isBetween(0, 3600);
      }
    }
  }
}
