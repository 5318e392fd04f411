package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code get}: reads a secret through the running agent, as an application does. */
record GetCommand(CommandContext context) implements Command {
  private static final Usage.Parameter SECRET_ID =
      new Usage.Parameter("SECRET_ID", "The secret's name or ARN.");
  private static final Option CONFIG =
      Usage.option("config", "FILE", "The agent's configuration file (default: none).");
  private static final Option FIELD =
      Usage.option("field", "NAME", "Print this field of a secret that is a JSON object.");

  @Override
  public Usage usage() {
    return new Usage(
        "get [OPTIONS] SECRET_ID",
        "Read a secret through the running agent and print its value, binary data decoded.\n"
            + "The agent's port and token come from the same configuration and environment as the"
            + " agent's.",
        List.of(SECRET_ID),
        List.of(CONFIG, FIELD));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, InterruptedException {
    context.disableCoreDumps();
    var secretId = arguments.required(SECRET_ID, id -> id);
    var field = arguments.value(FIELD, name -> name).orElse(".");
    var config = arguments.value(CONFIG, Path::of);
    return switch (context.loadServer(config)) {
      case LoadResult.Loaded<ServerConfig>(var server, _) -> get(server, secretId, field);
      case LoadResult.Rejected<ServerConfig>(var problems) -> context.reject(problems);
    };
  }

  private int get(ServerConfig server, String secretId, String field) throws InterruptedException {
    if (server.listen().port() == 0) {
      return fail("Server.HttpPort is 0: the agent's port is not known.", ExitStatus.MISUSED);
    }
    return switch (TokenLookup.in(server.guard().variables(), context.environment())) {
      case TokenLookup.Found(_, _, var token) ->
          print(new RunningAgent(server, token), secretId, field);
      case TokenLookup.Missing(var reason) -> fail(reason, ExitStatus.MISUSED);
    };
  }

  private int print(RunningAgent agent, String secretId, String field) throws InterruptedException {
    try {
      var answer = agent.get(secretId, field);
      return RunningAgent.isValue(answer)
          ? print(answer.body())
          : fail(RunningAgent.error(answer), ExitStatus.FAILED);
    } catch (IOException unreachable) {
      return fail(
          "The agent cannot be reached at " + agent.address() + ": is it running?",
          ExitStatus.UNREACHABLE);
    }
  }

  /** Scripts get the value alone; a terminal gets a newline as well. */
  private int print(byte[] value) {
    context.out().writeBytes(value);
    if (context.terminal()) {
      context.out().println();
    }
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  private int fail(String reason, int status) {
    context.err().println(reason);
    return status;
  }
}
