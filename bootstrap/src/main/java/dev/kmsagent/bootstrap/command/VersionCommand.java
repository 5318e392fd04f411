package dev.kmsagent.bootstrap.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code version}: the same as {@code --version}. */
@Command(description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  private final Console console;

  VersionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    for (var line : new ProgramVersion().getVersion()) {
      console.out().println(line);
    }
    return ExitStatus.DONE;
  }
}
