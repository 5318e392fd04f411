package dev.kmsagent.bootstrap.logging;

import java.io.IOException;

/** Where lines are written. It may block for ever; only the thread of its queue calls it. */
@FunctionalInterface
interface LogSink {
  /**
   * Hands a line to the operating system.
   *
   * @throws IOException if the line was not written as a whole; the next one is a new attempt
   */
  void write(byte[] line) throws IOException;
}
