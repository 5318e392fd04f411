package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Path;
import java.util.Objects;

/** The distributions that the build made; the tests run on the self-contained one. */
public final class Distribution {
  private static final String LAUNCHER = "alibabacloud-kms-agent";

  private Distribution() {}

  /** The self-contained distribution, a folder. */
  static Path folder() {
    return folder("kmsagent.distribution");
  }

  private static Path folder(String property) {
    return Path.of(Objects.requireNonNull(System.getProperty(property), property));
  }

  public static Path launcher() {
    return folder().resolve(LAUNCHER);
  }

  /**
   * The launcher of the plain distribution, which has the emulator and takes the machine's Java.
   */
  static Path plainLauncher() {
    return folder("kmsagent.plain-distribution").resolve(LAUNCHER);
  }

  /** The program and its libraries. */
  static Path jar() {
    return folder().resolve("lib/kms-agent.jar");
  }

  /** The classes of the program, parsed and linked. */
  static Path cache() {
    return folder().resolve("kms-agent.aot");
  }

  /** Copies it, permissions and times included, to a folder that is not there yet. */
  static Path copyTo(Path target) {
    SystemCommand.of("cp", "-a", folder(), target).run().outputOfSuccess();
    return target;
  }
}
