package dev.kmsagent.deploy.host;

import java.nio.file.Path;

/** The plain distribution, as the build leaves it. */
final class Distribution {
  static final Path FOLDER = Path.of("../bootstrap/target/alibabacloud-kms-agent");

  private Distribution() {}
}
