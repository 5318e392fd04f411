package dev.kmsagent.bootstrap.command;

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
    versionProvider = ProgramVersion.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND")
final class Commands {
  private static final Map<String, Function<Console, Object>> BY_NAME = byName();

  private Commands() {}

  private static Map<String, Function<Console, Object>> byName() {
    var commands = new LinkedHashMap<String, Function<Console, Object>>();
    commands.put("agent", console -> new AgentCommand(console, System.getenv()));
    commands.put("token", console -> new TokenCommand(console, new SecureRandom()));
    commands.put("version", VersionCommand::new);
    commands.put("help", console -> new HelpCommand());
    return Collections.unmodifiableMap(commands);
  }

  /** Runs the command that {@code args} name and gives its exit status. */
  static int execute(Console console, String... args) {
    var line = new CommandLine(new Commands());
    addSubcommands(line, console, args);
    line.setOut(writer(console.out()));
    line.setErr(writer(console.err()));
    return line.execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  /** One command is enough when it is named: the classes of the others need not be loaded. */
  private static void addSubcommands(CommandLine line, Console console, String... args) {
    var named = args.length == 0 || args[0].equals("help") ? null : BY_NAME.get(args[0]);
    if (named == null) {
      BY_NAME.forEach((name, command) -> line.addSubcommand(name, command.apply(console)));
    } else {
      line.addSubcommand(args[0], named.apply(console));
    }
  }
}
