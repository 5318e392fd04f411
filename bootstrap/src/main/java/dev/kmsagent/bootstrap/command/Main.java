package dev.kmsagent.bootstrap.command;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Optional;

/** The program. */
public final class Main {
  private Main() {}

  /** Runs the command that {@code args} name and exits with its {@link ExitStatus}. */
  public static void main(String[] args) {
    var shutdown = new ShutdownSignal();
    var terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    var context =
        new CommandContext(
            System.out,
            System.err,
            new FileOutputStream(FileDescriptor.err),
            terminal,
            System.getenv(),
            shutdown::register);
    shutdown.exit(Commands.execute(context, args));
  }
}
