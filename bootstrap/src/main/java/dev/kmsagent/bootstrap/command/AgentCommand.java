package dev.kmsagent.bootstrap.command;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.adapters.http.token.Token;
import dev.kmsagent.adapters.http.token.TokenReading;
import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.bootstrap.wiring.Agent;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code agent}: the agent itself, until a signal ends it. */
@Command(description = "Run the agent.")
final class AgentCommand implements Callable<Integer> {
  private final Console console;
  private final Map<String, String> environment;

  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..1",
      description = "The configuration file; without one, defaults and environment alone count.")
  private @Nullable Path config;

  AgentCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() {
    var source = config == null ? new ConfigSource.Nothing() : new ConfigSource.File(config);
    return switch (new ConfigLoader(environment, Path.of("")).load(source)) {
      case LoadResult.Loaded(var loaded, _) -> log(loaded);
      case LoadResult.Rejected(var problems) -> {
        problems.forEach(problem -> console.err().println(problem.message()));
        yield ExitStatus.MISUSED;
      }
    };
  }

  private int log(AgentConfig config) {
    try (var _ = Logging.install(config.log(), console.err())) {
      return guard(config);
    } catch (IOException e) {
      console.err().println("Log.LogPath: " + Sentences.of(e));
      return ExitStatus.MISUSED;
    }
  }

  private int guard(AgentConfig config) {
    return switch (TokenVariables.read(config.server().guard().variables(), environment)) {
      case TokenReading.Usable(var token) -> run(config, token);
      case TokenReading.Unusable(var reason) -> {
        console.err().println(reason);
        yield ExitStatus.MISUSED;
      }
    };
  }

  private int run(AgentConfig config, Token token) {
    var agent = new Agent(config, token, ProgramVersion.number());
    return switch (agent.start()) {
      case Start.Listening(var port, _) -> {
        console.out().println("listening on http://127.0.0.1:" + port);
        Signals.await(agent::close);
        yield ExitStatus.DONE;
      }
      case Start.CannotListen(var reason) -> {
        console.err().println(reason);
        agent.close();
        yield ExitStatus.FAILED;
      }
    };
  }
}
