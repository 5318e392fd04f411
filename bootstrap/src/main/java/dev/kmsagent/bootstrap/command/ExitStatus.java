package dev.kmsagent.bootstrap.command;

/** What the program's exit status says. */
final class ExitStatus {
  /** Done, or ended by a signal in good order. */
  static final int DONE = 0;

  /** What was asked could not be done. */
  static final int FAILED = 1;

  /** Wrong usage or configuration. */
  static final int MISUSED = 2;

  /** The agent cannot be reached. */
  static final int UNREACHABLE = 3;

  private ExitStatus() {}
}
