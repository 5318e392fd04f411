package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The version of the program and the Git commit that it was built from, as the build wrote them.
 */
record ProgramVersion(String number, String commit) {
  private static final String RESOURCE = "version.properties";

  static ProgramVersion read() {
    var properties = new Properties();
    try (var in = ProgramVersion.class.getResourceAsStream(RESOURCE)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    return new ProgramVersion(
        properties.getProperty("version", "unknown"), properties.getProperty("commit", "unknown"));
  }

  /** The line that {@code version} prints. */
  String line() {
    return "alibabacloud-kms-agent %s (commit %s) on Java %s"
        .formatted(number, commit, Runtime.version());
  }
}
