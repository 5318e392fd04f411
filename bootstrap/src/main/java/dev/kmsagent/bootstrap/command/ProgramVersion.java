package dev.kmsagent.bootstrap.command;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version of the program. */
final class ProgramVersion implements IVersionProvider {
  /** What the manifest of the program's jar says. */
  static String number() {
    return Objects.requireNonNullElse(
        ProgramVersion.class.getPackage().getImplementationVersion(), "(not packaged)");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"alibabacloud-kms-agent " + number() + " on Java " + Runtime.version()};
  }
}
