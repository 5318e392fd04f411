package dev.kmsagent.bootstrap.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The command lines by which pods and services start, in their plainest form. They need no parser,
 * which would take longer than all else that {@code token} and {@code version} do.
 */
final class DirectCommands {
  private DirectCommands() {}

  /** The command that {@code args} name without any option; none for all other command lines. */
  static Optional<Callable<Integer>> of(Surroundings around, String... args) {
    return switch (args.length) {
      case 1 -> of(around, args[0]);
      case 2 -> isPlain(args[1]) ? of(around, args[0], args[1]) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Callable<Integer>> of(Surroundings around, String command) {
    return switch (command) {
      case "agent" -> Optional.of(new AgentCommand(around));
      case "version" -> Optional.of(new VersionCommand(around));
      default -> Optional.empty();
    };
  }

  private static Optional<Callable<Integer>> of(Surroundings around, String command, String path) {
    return switch (command) {
      case "agent" -> path(path).map(file -> new AgentCommand(around, file));
      case "token" -> path(path).map(file -> new TokenCommand(around, new SecureRandom(), file));
      default -> Optional.empty();
    };
  }

  /** None for what cannot be a path: the parser says why. */
  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** No option, and no file of arguments. */
  private static boolean isPlain(String argument) {
    return !argument.isEmpty() && argument.charAt(0) != '-' && argument.charAt(0) != '@';
  }
}
