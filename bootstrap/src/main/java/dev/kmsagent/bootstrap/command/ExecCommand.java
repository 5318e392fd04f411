package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.toSet;

import dev.kmsagent.adapters.http.dialect.Json;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;
import org.jspecify.annotations.Nullable;

/**
 * {@code exec}: starts a command with secrets in its environment. It prints assignments for a POSIX
 * shell; the launcher evaluates them and becomes the command.
 */
record ExecCommand(CommandContext context) implements Command {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern VARIABLE =
      Pattern.compile("(?<name>" + NAME + ")=(?<source>[^#]+)(#(?<field>.+))?");
  private static final int WAIT_SECONDS = 30;

  /** What a shell knows by itself: an assignment would change the shell, or be changed by it. */
  private static final Pattern OF_THE_SHELL =
      Pattern.compile(
          "_|PATH|ENV|IFS|LANG|LC_.*|BASH.*|SHELLOPTS|PS[0-9]|OPT.*|S?RANDOM|SECONDS|EPOCH.*"
              + "|LINENO|E?UID|PPID|GROUPS|HISTCMD|FUNCNAME|DIRSTACK|PIPESTATUS|kms_agent_.*");

  /** The same, and what makes programs load other code: authors of secrets do not decide that. */
  private static final Pattern OF_NO_FIELD =
      Pattern.compile(
          OF_THE_SHELL
              + "|LD_.*|GCONV_PATH|(JDK_|JAVA_|_JAVA_).*OPTIONS|CLASSPATH|NODE_(OPTIONS|PATH)"
              + "|PYTHON.*|PERL.*|RUBY(OPT|LIB)|(DOTNET|CORECLR)_.*");

  private static final Option ENV =
      Usage.option(
          "env",
          "NAME=SECRET",
          "Set the variable NAME to a secret; SECRET#FIELD is a field of a JSON object. May be"
              + " repeated.");
  private static final Option ENV_FROM =
      Usage.option(
          "env-from",
          "SECRET",
          "Set a variable for each field of SECRET, a JSON object, unless --env does. May be"
              + " repeated.");
  private static final Option PREFIX =
      Usage.option("prefix", "TEXT", "Put this before the names of the fields of --env-from.");
  private static final Option WAIT =
      Usage.option(
          "wait",
          "SECONDS",
          "Wait so long while the agent or KMS cannot answer (default: " + WAIT_SECONDS + ").");

  /** A part of a secret, and the variable that gets it. */
  private record Variable(String name, String source, String field) {
    static Variable of(String text) {
      var parts = VARIABLE.matcher(text);
      if (!parts.matches()) {
        throw new IllegalArgumentException("it is not NAME=SECRET or NAME=SECRET#FIELD");
      }
      if (OF_THE_SHELL.matcher(parts.group("name")).matches()) {
        throw new IllegalArgumentException("a shell gives this variable a meaning of its own");
      }
      var field = requireNonNullElse(parts.group("field"), ".");
      return new Variable(parts.group("name"), parts.group("source"), field);
    }

    /** The assignment in the notation of a shell, in which no character of the value counts. */
    String assignment(String value) throws CommandException {
      if (value.indexOf(0) >= 0) {
        throw failed(binary());
      }
      return "export " + name + "='" + value.replace("'", "'\\''") + "'\n";
    }

    String binary() {
      return "no variable can have the value of " + source + ": it is binary";
    }

    CommandException failed(@Nullable String problem) {
      return new CommandException(name + ": " + problem, ExitStatus.FAILED);
    }
  }

  /** All fields of a secret, but those whose variables, named with the prefix, are explicit. */
  private record Fields(Variable whole, String prefix, Set<String> explicit) {
    /** Adds the assignments for the fields in a value. */
    void add(String value, Map<String, String> assignments) throws CommandException {
      var object = Json.parse(value).orElseThrow(() -> whole.failed("no JSON object: use --env"));
      for (var field : object.keySet()) {
        var name = prefix + field;
        var text = Json.text(object, field);
        if (text.isPresent() && !explicit.contains(name)) {
          check(name, assignments.keySet());
          var variable = new Variable(name, whole.source(), field);
          assignments.put(name, variable.assignment(text.get()));
        }
      }
    }

    private void check(String name, Set<String> set) throws CommandException {
      if (set.contains(name)) {
        throw whole.failed(name + " is also a field of another secret: choose one by --env");
      }
      if (!NAME.matcher(name).matches() || OF_NO_FIELD.matcher(name).matches()) {
        throw whole.failed(
            name.replaceAll("\\p{C}", "?")
                + " names no variable, or one that changes how programs start: instead set those that"
                + " the command needs by --env NAME=SECRET#FIELD");
      }
    }
  }

  @Override
  public Usage usage() {
    return new Usage(
        "exec [OPTIONS] -- COMMAND...",
        "Run a command with secrets in its environment, which the running agent reads.\n"
            + "The command replaces this process. It does not start unless all secrets are there:"
            + " the exit status is 125 then; it is 126 if the command cannot be executed, and 127"
            + " if it is not found.",
        List.of(Usage.PROGRAM),
        List.of(ENV, ENV_FROM, PREFIX, WAIT, Usage.CONFIG));
  }

  @Override
  public int run(Arguments arguments)
      throws ParseException, CommandException, InterruptedException {
    context.disableCoreDumps();
    var variables = arguments.values(ENV, Variable::of);
    var names = variables.stream().map(Variable::name).collect(toSet());
    if (names.size() < variables.size()) {
      throw new ParseException("A variable is set twice");
    }
    var prefix = arguments.value(PREFIX, text -> text).orElse("");
    var objects =
        arguments.values(ENV_FROM, id -> new Fields(new Variable(id, id, "."), prefix, names));
    if (objects.isEmpty() && (variables.isEmpty() || arguments.has(PREFIX))) {
      throw new ParseException(
          "Missing " + (variables.isEmpty() ? "--env or " : "") + "--env-from");
    }
    if (arguments.program().isEmpty()) {
      throw new ParseException("Missing -- and the command");
    }
    var wait = Duration.ofSeconds(arguments.value(WAIT, Integer::parseInt).orElse(WAIT_SECONDS));
    return print(variables, objects, arguments.config(), RunningAgent.waits(wait));
  }

  private int print(
      List<Variable> variables, List<Fields> objects, Optional<Path> config, BooleanSupplier waits)
      throws CommandException, InterruptedException {
    var assignments = new LinkedHashMap<String, String>();
    for (var variable : variables) {
      assignments.put(variable.name(), variable.assignment(await(variable, config, waits)));
    }
    for (var fields : objects) {
      fields.add(await(fields.whole(), config, waits), assignments);
    }
    context.out().print(String.join("", assignments.values()));
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  private String await(Variable variable, Optional<Path> config, BooleanSupplier waits)
      throws CommandException, InterruptedException {
    try {
      var part = Map.of("secretId", variable.source(), "field", variable.field());
      return value(variable, RunningAgent.await(context, config, part, waits));
    } catch (CommandException failed) {
      throw variable.failed(failed.getMessage());
    }
  }

  private String value(Variable variable, HttpResponse<byte[]> answer) throws CommandException {
    if (RunningAgent.isBinary(answer)) {
      throw new CommandException(variable.binary(), ExitStatus.FAILED);
    }
    if (answer.headers().firstValue("Cache-Status").orElse("").contains("stale-if-error")) {
      context.err().println(variable.name() + ": the value is stale, since KMS does not answer");
    }
    return new String(answer.body(), UTF_8);
  }
}
