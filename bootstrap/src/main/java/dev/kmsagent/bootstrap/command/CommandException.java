package dev.kmsagent.bootstrap.command;

/** Ends a command; the message is for people. */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1;
  private final int exitStatus;
  private final boolean passing;

  CommandException(String message, int exitStatus) {
    this(message, exitStatus, false);
  }

  /**
   * @param passing whether another attempt may succeed soon
   */
  CommandException(String message, int exitStatus, boolean passing) {
    super(message);
    this.exitStatus = exitStatus;
    this.passing = passing;
  }

  int exitStatus() {
    return exitStatus;
  }

  boolean isPassing() {
    return passing;
  }
}
