package dev.kmsagent.bootstrap.command;

/** Ends a command; the message is for people. */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1;
  private final int exitStatus;
  private final boolean retryable;

  CommandException(String message, int exitStatus) {
    this(message, exitStatus, false);
  }

  /**
   * @param retryable whether another attempt may succeed soon
   */
  CommandException(String message, int exitStatus, boolean retryable) {
    super(message);
    this.exitStatus = exitStatus;
    this.retryable = retryable;
  }

  int exitStatus() {
    return exitStatus;
  }

  boolean isRetryable() {
    return retryable;
  }
}
