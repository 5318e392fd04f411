package dev.kmsagent.bootstrap.command;

import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a command writes.
 *
 * @param out for what was asked for
 * @param err for what went wrong
 * @param terminal whether a person reads {@code out} on a terminal
 */
record Console(PrintStream out, PrintStream err, boolean terminal) {
  /** The standard streams of this process. */
  static Console ofProcess() {
    var terminal = Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal);
    return new Console(System.out, System.err, terminal.isPresent());
  }
}
