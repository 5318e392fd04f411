package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.loading.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.ParseException;

/** {@code agent}: the agent itself, until a signal ends it. */
record AgentCommand(Surroundings surroundings) implements Command {
  @Override
  public Usage usage() {
    return new Usage(
        "agent [OPTIONS] [CONFIG]", "Run the agent.", List.of(Configuration.FILE), List.of());
  }

  @Override
  public int run(Arguments arguments) throws ParseException {
    var file = arguments.optional(Configuration.FILE, Path::of).orElse(null);
    return switch (Configuration.load(file, surroundings.environment())) {
      case LoadResult.Loaded(var config, _) -> run(config);
      case LoadResult.Rejected(var problems) -> surroundings.reject(problems);
    };
  }

  private int run(AgentConfig config) {
    try (var _ = Logging.install(config.log(), surroundings.err())) {
      return new AgentRun(config, surroundings).run(port -> greet(config.server().listen(), port));
    } catch (IOException e) {
      surroundings.err().println("Log.LogPath: " + Sentences.of(e));
      return ExitStatus.MISUSED;
    }
  }

  private void greet(ListenAddress listen, int port) {
    surroundings.out().println("listening on " + AgentAddress.of(listen.address(), port));
  }
}
