package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.LoadResult;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code get}: a secret through the running agent, as an application would read it. */
@Command(
    description = {
      "Read a secret through the running agent and print its value, binary data decoded.",
      "The agent's port and token come from the same configuration and environment as the agent's."
    })
final class GetCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "SECRET_ID", description = "The secret's name or ARN.")
  private String secretId = "";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The agent's configuration file (default: none).")
  private @Nullable Path config;

  @Option(
      names = "--field",
      paramLabel = "NAME",
      description = "Print this field of a secret that is a JSON object.")
  private @Nullable String field;

  GetCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return switch (Configuration.loadServer(config, surroundings.environment())) {
      case LoadResult.Loaded<ServerConfig>(var server, _) -> get(server);
      case LoadResult.Rejected<ServerConfig>(var problems) -> surroundings.reject(problems);
    };
  }

  private int get(ServerConfig server) {
    if (server.listen().port() == 0) {
      return fail("Server.HttpPort is 0: the agent's port is not known.", ExitStatus.MISUSED);
    }
    return switch (TokenLookup.in(server.guard().variables(), surroundings.environment())) {
      case TokenLookup.Found(_, _, var token) -> print(new RunningAgent(server, token));
      case TokenLookup.Missing(var reason) -> fail(reason, ExitStatus.MISUSED);
    };
  }

  private int print(RunningAgent agent) {
    return switch (agent.get(secretId)) {
      case RunningAgent.Reply.Answer(var status, var body) -> print(SecretBody.read(status, body));
      case RunningAgent.Reply.Unreachable(var reason) -> fail(reason, ExitStatus.UNREACHABLE);
    };
  }

  private int print(SecretBody.Content content) {
    return switch (field == null ? content : content.field(field)) {
      case SecretBody.Content.Text(var text) -> {
        surroundings.out().print(text);
        yield finish();
      }
      case SecretBody.Content.Binary(var data) -> {
        surroundings.out().writeBytes(data.bytes());
        yield finish();
      }
      case SecretBody.Content.None(var reason) -> fail(reason, ExitStatus.FAILED);
    };
  }

  /** Scripts get the value alone; who reads it on a terminal gets the end of the line as well. */
  private int finish() {
    if (surroundings.terminal()) {
      surroundings.out().println();
    }
    return surroundings.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  private int fail(String reason, int status) {
    surroundings.err().println(reason);
    return status;
  }
}
