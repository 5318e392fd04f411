package dev.kmsagent.bootstrap.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** What came of running a command. */
record CommandRun(int status, String out, String err) {
  static {
    // While one thread sets SLF4J up, others get a stand-in that is no Logback.
    LoggerFactory.getILoggerFactory();
  }

  static CommandRun of(String... args) {
    return in(Map.of(), false, args);
  }

  /** With this environment, on a terminal or not. */
  static CommandRun in(Map<String, String> environment, boolean terminal, String... args) {
    return run(environment, terminal, _ -> {}, args);
  }

  /** Runs one that waits for a signal, which comes when the client has returned. */
  static CommandRun serving(
      Map<String, String> environment, Consumer<Output> client, String... args) {
    return run(environment, false, client, args);
  }

  /** What a command has printed so far. */
  record Output(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    Output() {
      this(new ByteArrayOutputStream(), new ByteArrayOutputStream());
    }

    String text() {
      return out.toString(StandardCharsets.UTF_8);
    }

    String errors() {
      return err.toString(StandardCharsets.UTF_8);
    }
  }

  private static CommandRun run(
      Map<String, String> environment, boolean terminal, Consumer<Output> client, String... args) {
    var output = new Output();
    var served = new CompletableFuture<Void>();
    var context =
        new CommandContext(
            stream(output.out()),
            stream(output.err()),
            output.err(),
            terminal,
            environment,
            () -> () -> serve(client, output, served));
    var status = Commands.execute(context, args);
    // A command takes what is thrown in it for a bug, and returns.
    if (served.isCompletedExceptionally()) {
      throw new AssertionError("The client failed.", served.exceptionNow());
    }
    return new CommandRun(status, output.text(), output.errors());
  }

  private static void serve(
      Consumer<Output> client, Output output, CompletableFuture<Void> served) {
    try {
      client.accept(output);
    } catch (AssertionError | RuntimeException failed) {
      served.completeExceptionally(failed);
    }
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
