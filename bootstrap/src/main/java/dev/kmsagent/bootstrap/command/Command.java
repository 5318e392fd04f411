package dev.kmsagent.bootstrap.command;

import org.apache.commons.cli.ParseException;

/** A command of the program. */
interface Command {
  /** Its arguments and its help text. */
  Usage usage();

  /**
   * Runs it and gives its {@link ExitStatus}.
   *
   * @throws ParseException when an argument is missing or has a value that the command does not
   *     take; nothing was done then
   */
  int run(Arguments arguments) throws ParseException, InterruptedException;
}
