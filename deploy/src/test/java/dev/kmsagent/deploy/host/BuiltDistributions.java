package dev.kmsagent.deploy.host;

import java.nio.file.Path;

/** The distributions, as the build leaves them. */
final class BuiltDistributions {
  static final Path PLAIN = Path.of("../bootstrap/target/alibabacloud-kms-agent");
  static final Path SELF_CONTAINED =
      Path.of("../bootstrap/target/self-contained/alibabacloud-kms-agent");

  private BuiltDistributions() {}
}
