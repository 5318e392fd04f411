package dev.kmsagent.bootstrap.command;

import java.util.Optional;

/** The program. */
public final class Main {
  private Main() {}

  /** Runs the command that {@code args} name and ends with its {@link ExitStatus}. */
  public static void main(String[] args) {
    var end = new ShutdownSignal();
    var terminal = Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal);
    var context =
        new CommandContext(System.out, System.err, terminal.isPresent(), System.getenv(), end);
    end.with(Commands.execute(context, args));
  }
}
