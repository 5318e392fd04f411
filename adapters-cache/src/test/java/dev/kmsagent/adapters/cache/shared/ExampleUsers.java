package dev.kmsagent.adapters.cache.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The users of the example for a development cluster: what each may do, as its file says. */
final class ExampleUsers {
  static final Path FOLDER = Path.of("..", "config", "examples", "dev-cluster");

  private ExampleUsers() {}

  /** A command that makes the user on another server, with this password. */
  static String[] make(String user, String password) {
    return Stream.concat(
            Stream.of("ACL", "SETUSER", user, "reset", "on", ">" + password), rights(user).stream())
        .toArray(String[]::new);
  }

  /** What the user may do with which names, each as a word. */
  static List<String> rights(String user) {
    try (var lines = Files.lines(FOLDER.resolve("users.acl"))) {
      return lines
          .filter(line -> line.startsWith("user " + user + " "))
          .flatMap(line -> Stream.of(line.split(" ")))
          .filter(word -> word.matches("[~&+-].*"))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
