package dev.kmsagent.bootstrap.command;

import java.util.Objects;

/** The version of the program. */
final class ProgramVersion {
  private ProgramVersion() {}

  /** What the manifest of the program's jar says. */
  static String number() {
    return Objects.requireNonNullElse(
        ProgramVersion.class.getPackage().getImplementationVersion(), "(not packaged)");
  }

  /** The program, its version and that of its Java. */
  static String line() {
    return "alibabacloud-kms-agent " + number() + " on Java " + Runtime.version();
  }
}
