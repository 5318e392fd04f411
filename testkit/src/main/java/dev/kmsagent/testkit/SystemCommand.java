package dev.kmsagent.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A command of the system. It runs without input, in the folder of the tests and with their
 * environment, unless it is told otherwise. Immutable.
 */
public final class SystemCommand {
  private final List<String> words;
  private final Map<String, String> variables;
  private final boolean inheriting;
  private final File folder;

  private SystemCommand(
      List<String> words, Map<String, String> variables, boolean inheriting, File folder) {
    this.words = words;
    this.variables = variables;
    this.inheriting = inheriting;
    this.folder = folder;
  }

  /** Its words are the texts of these objects. */
  public static SystemCommand of(Object... words) {
    return new SystemCommand(texts(words), Map.of(), true, Path.of("").toAbsolutePath().toFile());
  }

  /** The Java that runs the tests, set to start quickly. */
  public static SystemCommand java(Object... words) {
    return of(jdk("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC").and(words);
  }

  /** A program of the JDK that runs the tests. */
  public static Path jdk(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program);
  }

  /** A program on the path. */
  public static Optional<Path> find(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Writes a script as a program that can be run at once. Another process writes it: what this one
   * has open for writing is busy in the processes that other tests start meanwhile.
   */
  public static Path program(Path file, String script) {
    var write = "mkdir -p \"${1%/*}\" && printf %s \"$2\" >\"$1\" && chmod 755 \"$1\"";
    var _ = of("sh", "-c", write, "sh", file.toAbsolutePath(), script).run().outputOfSuccess();
    return file;
  }

  /** Whether a program is on the path. */
  public static boolean isThere(String program) {
    return find(program).isPresent();
  }

  private static List<String> texts(Object... words) {
    return Stream.of(words).map(Object::toString).toList();
  }

  /** The same with more words. */
  public SystemCommand and(Object... more) {
    var all = Stream.concat(words.stream(), texts(more).stream()).toList();
    return new SystemCommand(all, variables, inheriting, folder);
  }

  /** The same with one more variable. */
  public SystemCommand with(String variable, String value) {
    return with(Map.of(variable, value));
  }

  /** The same with more variables. */
  public SystemCommand with(Map<String, String> more) {
    var all = new HashMap<>(variables);
    all.putAll(more);
    return new SystemCommand(words, all, inheriting, folder);
  }

  /** The same with no variable of the tests but {@code PATH}. */
  public SystemCommand withPathAlone() {
    return new SystemCommand(words, variables, false, folder);
  }

  /** The same in another folder. */
  public SystemCommand in(Path other) {
    return new SystemCommand(words, variables, inheriting, other.toFile());
  }

  /** How one ended, and what it printed. */
  public record Outcome(List<String> words, int status, String output, String errors) {
    /** What it printed on standard output; it must have ended with status 0. */
    public String outputOfSuccess() {
      if (status != 0) {
        throw new AssertionError(
            "%s: status %d%n%s%n%s".formatted(String.join(" ", words), status, output, errors));
      }
      return output;
    }

    /** The lines of standard output. */
    public List<String> lines() {
      return output.lines().toList();
    }

    /** What it printed on both streams. */
    public String printed() {
      return output + errors;
    }
  }

  /** Runs it to its end. */
  public Outcome run() {
    return start().join();
  }

  /** Runs it; completes with its end. */
  public CompletableFuture<Outcome> start() {
    var process = launch();
    var output = inBackground(() -> text(process.getInputStream()));
    var errors = inBackground(() -> text(process.getErrorStream()));
    return process
        .onExit()
        .thenCombine(output, (ended, said) -> new Outcome(words, ended.exitValue(), said, ""))
        .thenCombine(errors, (it, said) -> new Outcome(words, it.status(), it.output(), said));
  }

  /** Starts it, for a test that reads while it runs or that ends it. */
  public Process launch() {
    return launch(builder());
  }

  /** Starts it; errors come in its output. */
  public Process launchMerged() {
    return launch(builder().redirectErrorStream(true));
  }

  /** Starts it; output and errors go to a file. */
  public Process launchInto(Path file) {
    return launch(builder().redirectErrorStream(true).redirectOutput(file.toFile()));
  }

  /** Starts it; errors go to a file of their own. */
  public Process launchInto(Path file, Path errors) {
    return launch(builder().redirectOutput(file.toFile()).redirectError(errors.toFile()));
  }

  private ProcessBuilder builder() {
    var builder = new ProcessBuilder(words).directory(folder);
    if (!inheriting) {
      builder.environment().keySet().retainAll(List.of("PATH"));
    }
    builder.environment().putAll(variables);
    return builder;
  }

  private static Process launch(ProcessBuilder builder) {
    try {
      var process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompletableFuture<String> inBackground(Supplier<String> work) {
    return CompletableFuture.supplyAsync(work, task -> Thread.ofPlatform().daemon().start(task));
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
