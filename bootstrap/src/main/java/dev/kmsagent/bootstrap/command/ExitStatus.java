package dev.kmsagent.bootstrap.command;

/** The program's exit statuses. */
final class ExitStatus {
  /** Done, or shut down by a signal. */
  static final int DONE = 0;

  /** The command failed. */
  static final int FAILED = 1;

  /** Invalid arguments or configuration. */
  static final int MISUSED = 2;

  /** The agent cannot be reached. */
  static final int UNREACHABLE = 3;

  /** The agent hung, and its watchdog ended it. */
  static final int HUNG = 4;

  private ExitStatus() {}
}
