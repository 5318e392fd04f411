package dev.kmsagent.deploy.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A program that was run to its end, and what it printed on both streams. */
record CommandLine(int status, String output) {
  static CommandLine run(Object... words) {
    try {
      var command = Stream.of(words).map(Object::toString).toList();
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CommandLine(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Where a program failed, it says why. */
  String lastLine() {
    return output.lines().filter(line -> !line.isBlank()).reduce("", (_, last) -> last);
  }

  /** Whether there is such a program on the path. */
  static boolean knows(String program) {
    return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
        .anyMatch(folder -> Path.of(folder, program).toFile().canExecute());
  }
}
