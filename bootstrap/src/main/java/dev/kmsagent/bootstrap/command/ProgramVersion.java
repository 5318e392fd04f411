package dev.kmsagent.bootstrap.command;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, from the manifest of its jar, and of the Java it runs on. */
final class ProgramVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    var version = ProgramVersion.class.getPackage().getImplementationVersion();
    return new String[] {
      "alibabacloud-kms-agent "
          + Objects.requireNonNullElse(version, "(not packaged)")
          + " on Java "
          + Runtime.version()
    };
  }
}
