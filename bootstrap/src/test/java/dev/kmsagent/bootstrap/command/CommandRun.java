package dev.kmsagent.bootstrap.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var status =
        Commands.execute(
            new CommandContext(
                stream(out), stream(err), err, terminal, environment, () -> () -> {}),
            args);
    return new CommandRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
