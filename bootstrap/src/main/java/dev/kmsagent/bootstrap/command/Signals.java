package dev.kmsagent.bootstrap.command;

/** The signals that ask a command to end. */
@FunctionalInterface
interface Signals {
  /**
   * From now on none of them ends the process before its command has come to an end. What is given
   * waits until one has come, or the thread is interrupted.
   */
  Runnable watch();
}
