package dev.kmsagent.bootstrap.command;

import java.util.List;
import org.apache.commons.cli.ParseException;

/** {@code help}: the help of the program, or of a command. */
record HelpCommand(Commands commands) implements Command {
  private static final Usage.Parameter COMMAND =
      new Usage.Parameter("COMMAND", "The command; without one, all commands are listed.");

  @Override
  public Usage usage() {
    var description = "Display help information about the specified command.";
    return new Usage("help [OPTIONS] [COMMAND]", description, List.of(COMMAND), List.of());
  }

  @Override
  public int run(Arguments arguments) throws ParseException, InterruptedException {
    var name = arguments.optional(COMMAND, text -> text);
    return name.isPresent() ? commands.execute(name.get(), "--help") : commands.execute("--help");
  }
}
