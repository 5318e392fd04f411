package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
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

  /**
   * Runs one that waits for a signal, which comes when the client has returned.
   *
   * @param client gets what was printed so far
   */
  static CommandRun run(
      Map<String, String> environment, boolean terminal, Consumer<String> client, String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var served = new AtomicReference<>(CompletableFuture.<Void>completedFuture(null));
    Runnable serve = () -> client.accept(out.toString(StandardCharsets.UTF_8));
    var context =
        new CommandContext(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            err,
            terminal,
            environment,
            () -> () -> served.set(CompletableFuture.runAsync(serve, Runnable::run)));
    var status = Commands.execute(context, args);
    // A command would take what is thrown in it for a bug, and return.
    served.get().join();
    return new CommandRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** It failed with this status, says these words and no stack trace, and printed nothing else. */
  void assertFailed(int expected, String... words) {
    assertThat(status).as(err).isEqualTo(expected);
    assertThat(out).isEmpty();
    assertThat(err).contains(words).doesNotContain("\tat ", "a bug in the agent");
  }
}
