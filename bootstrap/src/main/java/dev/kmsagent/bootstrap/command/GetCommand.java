package dev.kmsagent.bootstrap.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code get}: reads a secret through the running agent, as an application does. */
record GetCommand(CommandContext context) implements Command {
  private static final Usage.Parameter SECRET_ID =
      new Usage.Parameter(
          "SECRET_ID", "The secret's name or ARN; SECRET_ID#FIELD is a field of it.");
  private static final Option FIELD =
      Usage.option("field", "NAME", "Print this field of a secret that is a JSON object.");
  private static final Option VERSION_ID =
      Usage.option("version-id", "ID", "Print this version (default: the current one).");
  private static final Option STAGE =
      Usage.option("stage", "NAME", "Print the version of this stage, e.g. ACSPrevious.");
  private static final Option REFRESH =
      Usage.flag("refresh", "Have the agent read the secret from KMS now.");

  @Override
  public Usage usage() {
    return new Usage(
        "get [OPTIONS] SECRET_ID",
        "Read a secret through the running agent and print its value, binary data decoded.\n"
            + "The agent's port and token come from the same configuration and environment as the"
            + " agent's; without a variable for the token, from /var/run/kmstoken/token.",
        List.of(SECRET_ID),
        List.of(Usage.CONFIG, FIELD, VERSION_ID, STAGE, REFRESH));
  }

  @Override
  public int run(Arguments arguments)
      throws ParseException, CommandException, InterruptedException {
    context.disableCoreDumps();
    var parameters = parameters(arguments);
    var agent = RunningAgent.find(context, arguments.config());
    return print(agent.get(parameters).body());
  }

  private static Map<String, String> parameters(Arguments arguments) throws ParseException {
    var parameters = new LinkedHashMap<String, String>();
    // No name in KMS contains a #.
    var id = arguments.required(SECRET_ID, text -> text).split("#", 2);
    if (id.length > 1 && arguments.has(FIELD)) {
      throw new ParseException("The field is given twice");
    }
    parameters.put("secretId", id[0]);
    parameters.put(
        "field", id.length > 1 ? id[1] : arguments.value(FIELD, name -> name).orElse("."));
    arguments.value(VERSION_ID, text -> text).ifPresent(text -> parameters.put("versionId", text));
    arguments.value(STAGE, name -> name).ifPresent(name -> parameters.put("versionStage", name));
    if (arguments.has(REFRESH)) {
      parameters.put("refreshNow", "true");
    }
    return parameters;
  }

  /** Scripts get the value alone; a terminal gets a newline as well. */
  private int print(byte[] value) {
    context.out().writeBytes(value);
    if (context.terminal()) {
      context.out().println();
    }
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }
}
