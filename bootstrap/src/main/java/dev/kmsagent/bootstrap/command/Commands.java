package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.StackText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ScopeType;

/** All commands by name. */
@Command(
    name = "alibabacloud-kms-agent",
    description = "A local agent that reads secrets from Alibaba Cloud KMS and caches them.",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.Provider.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND")
final class Commands {
  private Commands() {}

  private static Map<String, Function<Surroundings, Object>> byName() {
    var commands = new LinkedHashMap<String, Function<Surroundings, Object>>();
    commands.put("agent", AgentCommand::new);
    commands.put("token", around -> new TokenCommand(around, new SecureRandom()));
    commands.put("check", CheckCommand::new);
    commands.put("get", GetCommand::new);
    commands.put("dev", DevCommand::new);
    commands.put("version", VersionCommand::new);
    commands.put("help", _ -> new HelpCommand());
    return Collections.unmodifiableMap(commands);
  }

  /** Runs the command that {@code args} name and gives its exit status. */
  static int execute(Surroundings surroundings, String... args) {
    try {
      var line = new CommandLine(new Commands());
      addSubcommands(line, surroundings, args);
      line.setCaseInsensitiveEnumValuesAllowed(true);
      line.setOut(writer(surroundings.out()));
      line.setErr(writer(surroundings.err()));
      line.setExecutionExceptionHandler((bug, _, _) -> tell(bug, surroundings));
      return line.execute(args);
    } catch (Throwable bug) {
      // An error too: whoever waits for the status of this process waits until it is there.
      return tell(bug, surroundings);
    }
  }

  private static int tell(Throwable bug, Surroundings surroundings) {
    surroundings.err().println("This is a bug in the agent: " + StackText.of(bug));
    return ExitStatus.FAILED;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  /** One command is enough when it is named: the classes of the others need not be loaded. */
  private static void addSubcommands(CommandLine line, Surroundings around, String... args) {
    var all = byName();
    var named = args.length == 0 || args[0].equals("help") ? null : all.get(args[0]);
    if (named == null) {
      all.forEach((name, command) -> line.addSubcommand(name, command.apply(around)));
    } else {
      line.addSubcommand(args[0], named.apply(around));
    }
  }
}
