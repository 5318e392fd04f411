package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.kmsagent.bootstrap.wiring.AgentClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/**
 * {@code exec}: starts a command with secrets in its environment. It prints assignments for a POSIX
 * shell; the launcher evaluates them and becomes the command.
 */
record ExecCommand(CommandContext context) implements Command {
  private static final Pattern VARIABLE =
      Pattern.compile("(?<name>[A-Za-z_][A-Za-z0-9_]*)=(?<source>[^#]+)(#(?<field>.+))?");
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int WAIT_SECONDS = 30;

  /** What a shell knows by itself: an assignment would change the shell, or be changed by it. */
  private static final Pattern OF_THE_SHELL =
      Pattern.compile(
          "_|PATH|ENV|IFS|LANG|LC_.*|BASH.*|SHELLOPTS|PS[0-9]|OPT.*|S?RANDOM|SECONDS|EPOCH.*"
              + "|LINENO|E?UID|PPID|GROUPS|HISTCMD|FUNCNAME|DIRSTACK|PIPESTATUS|kms_agent_.*");

  private static final Option ENV =
      Usage.option(
          "env",
          "NAME=SECRET",
          "Set the variable NAME to a secret; SECRET#FIELD is a field of a JSON object. May be"
              + " repeated.");
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
    String assignment(String value) {
      return "export " + name + "='" + value.replace("'", "'\\''") + "'";
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
        List.of(ENV, WAIT, Usage.CONFIG));
  }

  @Override
  public int run(Arguments arguments)
      throws ParseException, CommandException, InterruptedException {
    context.disableCoreDumps();
    var variables = arguments.values(ENV, Variable::of);
    if (variables.stream().map(Variable::name).distinct().count() < variables.size()) {
      throw new ParseException("A variable is set twice");
    }
    if (variables.isEmpty() || arguments.program().isEmpty()) {
      throw new ParseException("Missing " + (variables.isEmpty() ? "--env" : "-- and the command"));
    }
    var wait = Duration.ofSeconds(arguments.value(WAIT, Integer::parseInt).orElse(WAIT_SECONDS));
    return print(variables, arguments.config(), wait);
  }

  private int print(List<Variable> variables, Optional<Path> config, Duration wait)
      throws CommandException, InterruptedException {
    var clock = AgentClock.system();
    var end = clock.instant().plus(wait);
    var launcher = ProcessHandle.current().parent();
    BooleanSupplier waits =
        () -> clock.instant().isBefore(end) && launcher.stream().allMatch(ProcessHandle::isAlive);
    var assignments = new StringBuilder();
    for (var variable : variables) {
      assignments.append(await(variable, config, waits)).append('\n');
    }
    context.out().print(assignments);
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  private String await(Variable variable, Optional<Path> config, BooleanSupplier waits)
      throws CommandException, InterruptedException {
    while (true) {
      try {
        return assignment(variable, RunningAgent.find(context, config));
      } catch (CommandException failed) {
        if (!failed.isRetryable() || !waits.getAsBoolean()) {
          var problem = variable.name() + ": " + failed.getMessage();
          throw new CommandException(problem, ExitStatus.FAILED);
        }
      }
      Thread.sleep(PAUSE);
    }
  }

  private String assignment(Variable variable, RunningAgent agent)
      throws CommandException, InterruptedException {
    var answer = agent.get(Map.of("secretId", variable.source(), "field", variable.field()));
    var value = new String(answer.body(), UTF_8);
    if (RunningAgent.isBinary(answer) || value.indexOf(0) >= 0) {
      var problem = "no variable can have the value of " + variable.source() + ": it is binary";
      throw new CommandException(problem, ExitStatus.FAILED);
    }
    if (answer.headers().firstValue("Cache-Status").orElse("").contains("stale-if-error")) {
      context.err().println(variable.name() + ": the value is stale, since KMS does not answer");
    }
    return variable.assignment(value);
  }
}
