package dev.kmsagent.deploy;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A command of the system. */
record SystemCommand(List<String> words, Map<String, String> variables) {
  /** What became of one. */
  record Outcome(List<String> words, int status, String output, String errors) {
    /** What it printed; it must have done what it was asked. */
    String outputOfSuccess() {
      if (status != 0) {
        throw new AssertionError(
            "%s: status %d%n%s%n%s".formatted(String.join(" ", words), status, output, errors));
      }
      return output;
    }
  }

  static SystemCommand of(String... words) {
    return new SystemCommand(List.of(words), Map.of());
  }

  SystemCommand and(String... more) {
    var all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return new SystemCommand(all, variables);
  }

  /** The same with one more variable. */
  SystemCommand with(String variable, String value) {
    var all = new HashMap<>(variables);
    all.put(variable, value);
    return new SystemCommand(words, all);
  }

  static boolean isThere(String program) {
    return find(program).isPresent();
  }

  /** A program on the path. */
  static Optional<Path> find(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Runs it to its end. */
  Outcome run() {
    return start().join();
  }

  /** Runs it; completes with its end. */
  CompletableFuture<Outcome> start() {
    try {
      var builder = new ProcessBuilder(words);
      builder.environment().putAll(variables);
      var process = builder.start();
      process.getOutputStream().close();
      var output =
          CompletableFuture.supplyAsync(
              () -> text(process.getInputStream()), Thread::startVirtualThread);
      var errors =
          CompletableFuture.supplyAsync(
              () -> text(process.getErrorStream()), Thread::startVirtualThread);
      return process
          .onExit()
          .thenCombine(output, (ended, said) -> new Outcome(words, ended.exitValue(), said, ""))
          .thenCombine(errors, (it, said) -> new Outcome(words, it.status(), it.output(), said));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
