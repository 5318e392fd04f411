package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.loading.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code agent}: the agent itself, until a signal ends it. */
@Command(description = "Run the agent.")
final class AgentCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..1",
      description = "The configuration file; without one, defaults and environment alone count.")
  private @Nullable Path file;

  AgentCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
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
