package dev.kmsagent.bootstrap.command;

/** The program. */
public final class Main {
  private Main() {}

  /** Runs the command that {@code args} name and ends with its {@link ExitStatus}. */
  public static void main(String[] args) {
    System.exit(Commands.execute(Console.ofProcess(), args));
  }
}
