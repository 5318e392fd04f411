package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.StackText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.jspecify.annotations.Nullable;

/** All commands by name. */
final class Commands {
  private final CommandContext context;

  private Commands(CommandContext context) {
    this.context = context;
  }

  private Map<String, Command> byName() {
    var byName = new LinkedHashMap<String, Command>();
    byName.put("agent", new AgentCommand(context));
    byName.put("token", new TokenCommand(context));
    byName.put("check", new CheckCommand(context));
    byName.put("get", new GetCommand(context));
    byName.put("credentials", new CredentialsCommand(context));
    byName.put("status", new StatusCommand(context));
    byName.put("exec", new ExecCommand(context));
    byName.put("audit key", new AuditKeyCommand(context));
    byName.put("audit verify", new AuditVerifyCommand(context));
    byName.put("audit query", new AuditQueryCommand(context));
    byName.put("dev", new DevCommand(context));
    byName.put("emulator", new EmulatorCommand(context));
    byName.put("version", new Version(context));
    byName.put("help", new Help(this));
    return byName;
  }

  /** Runs the command that {@code args} name and returns its exit status. */
  static int execute(CommandContext context, String... args) {
    try {
      return new Commands(context).execute(args);
    } catch (Throwable bug) {
      // Errors included: the shutdown hook waits until there is a status.
      return context.fail("This is a bug in the agent: " + StackText.of(bug), ExitStatus.FAILED);
    }
  }

  int execute(String... args) throws InterruptedException {
    var words = args.length > 1 && args[0].equals("audit") ? 2 : Math.min(args.length, 1);
    var name = String.join(" ", List.of(args).subList(0, words));
    // A start of the agent loads no other command.
    var command = name.equals("agent") ? new AgentCommand(context) : byName().get(name);
    if (command != null) {
      return execute(name, command, Arrays.copyOfRange(args, words, args.length));
    }
    return switch (name) {
      case "" -> reject("Missing command\n" + usage().help(), "");
      case "-h", "--help" -> print(usage().help());
      case "-V", "--version" -> print(ProgramVersion.read().line());
      default ->
          reject("Unknown command: " + name + suggestion(name, 2, byName().keySet().stream()), "");
    };
  }

  private int execute(String name, Command command, String... args) throws InterruptedException {
    try {
      var arguments = Arguments.parse(command.usage(), args);
      if (arguments.has(Usage.HELP)) {
        return print(command.usage().help());
      }
      return arguments.has(Usage.VERSION)
          ? print(ProgramVersion.read().line())
          : command.run(arguments);
    } catch (UnrecognizedOptionException unknown) {
      var names = command.usage().options().stream().map(option -> "--" + option.getLongOpt());
      return reject(unknown.getMessage() + suggestion(unknown.getOption(), 3, names), name + ' ');
    } catch (ParseException misuse) {
      return reject(misuse.getMessage(), name + ' ');
    } catch (CommandException failed) {
      return context.fail(failed.getMessage(), failed.exitStatus());
    } catch (IOException failed) {
      return context.fail(IoMessages.of(failed), ExitStatus.FAILED);
    }
  }

  private Usage usage() {
    var rows = new ArrayList<Usage.Parameter>();
    byName().forEach((name, command) -> rows.add(command.usage().summary(name)));
    return new Usage(
        "COMMAND ...",
        "A local agent that reads secrets from Alibaba Cloud KMS and caches them.",
        rows,
        List.of());
  }

  /** Suggests the first name that begins like the mistaken one. */
  private static String suggestion(String mistaken, int length, Stream<String> names) {
    return names
        .filter(known -> known.regionMatches(0, mistaken, 0, length))
        .findFirst()
        .map(known -> " (did you mean " + known + "?)")
        .orElse("");
  }

  private int print(String text) {
    context.out().println(text);
    return ExitStatus.DONE;
  }

  private int reject(@Nullable String problem, String command) {
    context.err().println(problem);
    return context.fail("Help: alibabacloud-kms-agent " + command + "--help", ExitStatus.MISUSED);
  }

  /** {@code version}: the same as {@code --version}. */
  private record Version(CommandContext context) implements Command {
    @Override
    public Usage usage() {
      return new Usage("version [OPTIONS]", "Print the version.", List.of(), List.of());
    }

    @Override
    public int run(Arguments arguments) {
      context.out().println(ProgramVersion.read().line());
      return ExitStatus.DONE;
    }
  }

  /** {@code help}: the help of the program, or of a command. */
  private record Help(Commands commands) implements Command {
    private static final Usage.Parameter COMMAND =
        new Usage.Parameter("NAME...", "The command; without one, all commands are listed.");

    @Override
    public Usage usage() {
      var description = "Display help information about the specified command.";
      return new Usage("help [OPTIONS] [NAME...]", description, List.of(COMMAND), List.of());
    }

    @Override
    public int run(Arguments arguments) throws ParseException, InterruptedException {
      var name = String.join(" ", arguments.line().getArgList());
      return name.isEmpty() ? commands.execute("--help") : commands.execute(name, "--help");
    }
  }
}
