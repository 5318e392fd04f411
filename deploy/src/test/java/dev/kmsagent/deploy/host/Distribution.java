package dev.kmsagent.deploy.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The plain distribution, as the build leaves it. */
final class Distribution {
  static final Path FOLDER = Path.of("../bootstrap/target/alibabacloud-kms-agent");

  private Distribution() {}

  /** What is on the agent's class path. */
  static List<Path> jars() throws IOException {
    try (var jars = Files.list(FOLDER.resolve("lib"))) {
      return jars.toList();
    }
  }
}
