package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.check.Report;
import dev.kmsagent.config.loading.Problem;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * What a command finds around it.
 *
 * @param out for what was asked for
 * @param err for what went wrong
 * @param terminal whether a person reads {@code out} on a terminal
 * @param signals those that end the process
 */
record CommandContext(
    PrintStream out,
    PrintStream err,
    boolean terminal,
    Map<String, String> environment,
    Signals signals) {
  CommandContext {
    environment = Map.copyOf(environment);
  }

  /** The same with another environment. */
  CommandContext withEnvironment(Map<String, String> other) {
    return new CommandContext(out, err, terminal, other, signals);
  }

  /** How a report looks here: in colour for people, unless they ask for none (no-color.org). */
  Report.Style style() {
    return terminal && environment.getOrDefault("NO_COLOR", "").isEmpty()
        ? Report.Style.COLOURED
        : Report.Style.PLAIN;
  }

  /** Says what is wrong with the configuration, and gives the exit status of that. */
  int reject(List<Problem> problems) {
    problems.forEach(problem -> err.println(problem.message()));
    return ExitStatus.MISUSED;
  }
}
