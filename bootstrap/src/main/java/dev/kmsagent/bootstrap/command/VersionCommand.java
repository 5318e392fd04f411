package dev.kmsagent.bootstrap.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code version}: the same as {@code --version}. */
@Command(description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  VersionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    surroundings.out().println(ProgramVersion.line());
    return ExitStatus.DONE;
  }
}
