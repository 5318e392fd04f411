package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.LoadResult;
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
  public int run(Arguments arguments) throws ParseException {
    context.disableCoreDumps();
    var secretId = arguments.required(SECRET_ID, id -> id);
    var field = arguments.value(FIELD, name -> name).orElse(".");
    var config = arguments.value(CONFIG, Path::of);
    return switch (context.loadServer(config)) {
      case LoadResult.Loaded<ServerConfig>(var server, _) -> get(server, secretId, field);
      case LoadResult.Rejected<ServerConfig>(var problems) -> context.reject(problems);
    };
  }

  private int get(ServerConfig server, String secretId, String field) {
    if (server.listen().port() == 0) {
      return fail("Server.HttpPort is 0: the agent's port is not known.", ExitStatus.MISUSED);
    }
    return switch (TokenLookup.in(server.guard().variables(), context.environment())) {
      case TokenLookup.Found(_, _, var token) ->
          print(new RunningAgent(server, token).get(secretId, field));
      case TokenLookup.Missing(var reason) -> fail(reason, ExitStatus.MISUSED);
    };
  }

  private int print(RunningAgent.Reply reply) {
    return switch (reply) {
      case RunningAgent.Reply.Value value -> {
        context.out().writeBytes(value.bytes());
        yield finish();
      }
      case RunningAgent.Reply.Failed(var reason, var status) -> fail(reason, status);
    };
  }

  /** Scripts get the value alone; a terminal gets a newline as well. */
  private int finish() {
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
