package dev.kmsagent.bootstrap.command;

/** The signals that ask a command to end. */
@FunctionalInterface
interface Signals {
  /** Waits until one of them has come, or the thread is interrupted. */
  void await();
}
