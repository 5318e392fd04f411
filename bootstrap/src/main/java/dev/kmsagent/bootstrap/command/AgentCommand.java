package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.bootstrap.wiring.SystemScheduler;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ListenAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.commons.cli.ParseException;

/** {@code agent}: runs the agent until a signal ends it. */
record AgentCommand(CommandContext context) implements Command {
  /** A start takes one to three seconds of processor time; a container may get a fiftieth of it. */
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  @Override
  public Usage usage() {
    return new Usage(
        "agent [OPTIONS] [CONFIG]", "Run the agent.", List.of(Usage.CONFIG), List.of());
  }

  @Override
  public int run(Arguments arguments) throws ParseException {
    var file = arguments.optional(Usage.CONFIG, Path::of);
    try (var limit = new SystemScheduler("start")) {
      limit.schedule(START_LIMIT, this::endStart);
      return context.load(file).fold(loaded -> run(loaded.config(), limit), context::reject);
    }
  }

  private void endStart() {
    context.halt(
        "The agent could not start within "
            + START_LIMIT.toMinutes()
            + " minutes: is a file that it reads (the configuration, the token, KMS.CaFile) a named"
            + " pipe, or on a file system that does not answer?",
        ExitStatus.FAILED);
  }

  private int run(AgentConfig config, SystemScheduler limit) {
    try (var logging = Logging.install(config.log(), context.log())) {
      return new AgentRun(config, context, logging)
          .run(
              port -> {
                limit.close();
                printUrl(config.server().listen(), port);
              });
    } catch (IOException e) {
      return context.fail("Log.LogPath: " + IoMessages.of(e), ExitStatus.MISUSED);
    }
  }

  private void printUrl(ListenAddress listen, int port) {
    context.out().println("listening on " + listen.url(port));
  }
}
