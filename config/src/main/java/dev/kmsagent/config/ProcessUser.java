package dev.kmsagent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user of this process. */
public final class ProcessUser {
  private ProcessUser() {}

  /**
   * The effective one (proc_pid_status(5)), who owns what this process makes. The owner of its
   * folder in {@code /proc} is root if it may not be dumped.
   */
  public static int id() throws IOException {
    var status = Files.readString(Path.of("/proc/self/status"));
    return Integer.parseUnsignedInt(status.replaceFirst("(?s).*\nUid:\t\\d+\t(\\d+).*", "$1"));
  }
}
