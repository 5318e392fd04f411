package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import org.apache.commons.cli.ParseException;

/** A command of the program. */
interface Command {
  /** Its arguments and its help text. */
  Usage usage();

  /**
   * Runs the command and returns its {@link ExitStatus}.
   *
   * @throws ParseException if an argument is missing or invalid; nothing was done then
   * @throws IOException if a file cannot be read or written
   */
  int run(Arguments arguments)
      throws ParseException, CommandException, IOException, InterruptedException;
}
