package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What lets two builds of one source give the same jar; build/reproducible compares two. */
final class JarsIT {
  @Test
  void all_classes_of_this_project_hold_one_date() throws IOException {
    try (var jar = new ZipFile(BuiltDistributions.PLAIN.resolve("lib/kms-agent.jar").toFile())) {
      var dates =
          jar.stream()
              .filter(entry -> entry.getName().startsWith("dev/kmsagent/"))
              .map(ZipEntry::getTimeLocal)
              .collect(Collectors.toSet());
      assertThat(dates).hasSize(1);
    }
  }
}
