package dev.kmsagent.bootstrap.command;

import java.util.List;

/** {@code version}: the same as {@code --version}. */
record VersionCommand(CommandContext context) implements Command {
  @Override
  public Usage usage() {
    return new Usage("version [OPTIONS]", "Print the version.", List.of(), List.of());
  }

  @Override
  public int run(Arguments arguments) {
    context.out().println(ProgramVersion.read().line());
    return ExitStatus.DONE;
  }
}
