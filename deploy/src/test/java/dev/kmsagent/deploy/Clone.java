package dev.kmsagent.deploy;

import java.nio.file.Path;

/** Where things lie in the clone that is tested. */
final class Clone {
  private Clone() {}

  /** Its root. */
  static Path root() {
    return Path.of("..").toAbsolutePath().normalize();
  }

  static Path deploy() {
    return root().resolve("deploy");
  }

  static Path kubernetes() {
    return deploy().resolve("kubernetes");
  }
}
