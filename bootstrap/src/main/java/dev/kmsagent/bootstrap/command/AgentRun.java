package dev.kmsagent.bootstrap.command;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.adapters.http.token.Token;
import dev.kmsagent.adapters.http.token.TokenReading;
import dev.kmsagent.bootstrap.wiring.Agent;
import dev.kmsagent.config.AgentConfig;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of the agent, from its token to the signal that ends it. */
final class AgentRun {
  private static final Logger LOG = LoggerFactory.getLogger(AgentRun.class);

  private final AgentConfig config;
  private final Surroundings surroundings;

  AgentRun(AgentConfig config, Surroundings surroundings) {
    this.config = config;
    this.surroundings = surroundings;
  }

  /**
   * Runs the agent until a signal comes, and gives the exit status.
   *
   * @param greeting is told the port once the agent listens
   */
  int run(IntConsumer greeting) {
    var variables = config.server().guard().variables();
    return switch (TokenVariables.read(variables, surroundings.environment())) {
      case TokenReading.Usable(var token) -> run(token, greeting);
      case TokenReading.Unusable(var reason) -> {
        surroundings.err().println(reason);
        yield ExitStatus.MISUSED;
      }
    };
  }

  private int run(Token token, IntConsumer greeting) {
    try (var agent = new Agent(config, token, ProgramVersion.number())) {
      return switch (agent.start()) {
        case Start.Listening(var port, _) -> {
          LOG.atInfo()
              .addKeyValue("version", ProgramVersion.number())
              .addKeyValue("port", port)
              .addKeyValue("endpoint", config.kms().transport().endpoint().authority())
              .log("agent_started");
          greeting.accept(port);
          surroundings.signals().await();
          LOG.info("agent_stopping");
          yield ExitStatus.DONE;
        }
        case Start.CannotListen(var reason) -> {
          surroundings.err().println(reason);
          yield ExitStatus.FAILED;
        }
      };
    }
  }
}
