package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.kmsagent.bootstrap.wiring.AgentClock;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static final Usage.Parameter COMMAND =
      new Usage.Parameter(
          "COMMAND" + Usage.REPEATED, "The command with its arguments, after two dashes.");
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
      var field = requireNonNullElse(parts.group("field"), ".");
      return new Variable(parts.group("name"), parts.group("source"), field);
    }

    Map<String, String> parameters() {
      return Map.of("secretId", source, "field", field);
    }

    /** The assignment in the notation of a shell, in which no character of the value counts. */
    String assignment(byte[] value) {
      return "export " + name + "='" + new String(value, UTF_8).replace("'", "'\\''") + "'";
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
        List.of(COMMAND),
        List.of(ENV, WAIT, RunningAgent.CONFIG));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, InterruptedException {
    context.disableCoreDumps();
    arguments.required(COMMAND, word -> word);
    var variables = arguments.values(ENV, Variable::of);
    if (variables.isEmpty()) {
      throw new ParseException("Missing option: --env");
    }
    var wait = Duration.ofSeconds(arguments.value(WAIT, Integer::parseInt).orElse(WAIT_SECONDS));
    var agent = RunningAgent.find(context, arguments.value(RunningAgent.CONFIG, Path::of));
    return agent.isPresent() ? print(agent.get(), variables, wait) : ExitStatus.MISUSED;
  }

  private int print(RunningAgent agent, List<Variable> variables, Duration wait)
      throws InterruptedException {
    var clock = AgentClock.system();
    var end = clock.instant().plus(wait);
    var assignments = new StringBuilder();
    for (var variable : variables) {
      var answer = answer(agent, variable, clock, end);
      var problem = answer.map(it -> problem(variable, it)).orElseGet(agent::unreachable);
      if (!problem.isEmpty()) {
        context.err().println(variable.name() + ": " + problem);
        return ExitStatus.FAILED;
      }
      answer.ifPresent(it -> assignments.append(variable.assignment(it.body())).append('\n'));
    }
    context.out().print(assignments);
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  /** The last answer until {@code end}, the first that no repetition would improve; or none. */
  private static Optional<HttpResponse<byte[]>> answer(
      RunningAgent agent, Variable variable, InstantSource clock, Instant end)
      throws InterruptedException {
    while (true) {
      var answer = ask(agent, variable);
      if (answer.filter(it -> !isTransient(it)).isPresent() || clock.instant().isAfter(end)) {
        return answer;
      }
      Thread.sleep(PAUSE);
    }
  }

  private static Optional<HttpResponse<byte[]>> ask(RunningAgent agent, Variable variable)
      throws InterruptedException {
    try {
      return Optional.of(agent.get(variable.parameters()));
    } catch (IOException unreachable) {
      return Optional.empty();
    }
  }

  private static boolean isTransient(HttpResponse<byte[]> answer) {
    return answer.statusCode() == 429 || answer.statusCode() >= 500;
  }

  private static boolean hasNul(byte[] value) {
    return new String(value, UTF_8).indexOf(0) >= 0;
  }

  /** Why the answer gives a variable no value, or nothing; tells of a stale value. */
  private String problem(Variable variable, HttpResponse<byte[]> answer) {
    if (!RunningAgent.isValue(answer)) {
      return RunningAgent.error(answer);
    }
    if (RunningAgent.isBinary(answer) || hasNul(answer.body())) {
      return "a variable cannot have the value of " + variable.source() + ", which is binary";
    }
    if (answer.headers().firstValue("Cache-Status").orElse("").contains("stale-if-error")) {
      context.err().println(variable.name() + ": the value is stale, since KMS does not answer");
    }
    return "";
  }
}
