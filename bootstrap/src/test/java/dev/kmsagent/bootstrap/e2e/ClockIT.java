package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wall clock of an agent is set while it runs, by libfaketime; that of KMS stays right. */
final class ClockIT {
  @TempDir private Path folder;

  /** Replaces the file as a whole: libfaketime reads it at each reading of a clock. */
  private Path set(String offset) throws IOException {
    var written = Files.writeString(folder.resolve("next"), offset);
    return Files.move(written, folder.resolve("offset"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void a_wall_clock_that_is_set_changes_the_age_of_no_value() throws IOException {
    assumeTrue(
        AgentSetup.faketime().isPresent(),
        "there is no libfaketime here: build/tools gets it on Debian");
    var config = "Cache.TtlSeconds = 3600\nServer.RequestTimeoutSeconds = 60";
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.start(cloud.setup().with(config).withClock(set("+0")))) {
      var name = cloud.newSecret("old");
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
