package dev.kmsagent.bootstrap.command;

import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/**
 * The arguments that a command, or the program, takes, and its help text.
 *
 * @param synopsis the arguments in their order, the name of the command first
 * @param description its first line is a summary, for the list of all commands
 * @param parameters the positional argument that a command takes, if any, which may be repeated if
 *     its name ends in points; all commands of the program
 * @param options {@link #HELP} and {@link #VERSION} are added to those given
 */
record Usage(
    String synopsis, String description, List<Parameter> parameters, List<Option> options) {
  static final Option HELP =
      Option.builder("h").longOpt("help").desc("Show this help message and exit.").get();
  static final Option VERSION =
      Option.builder("V").longOpt("version").desc("Print version information and exit.").get();

  /** The configuration of the agent, of all commands but the agent's own. */
  static final Option CONFIG =
      option(
          "config",
          "FILE",
          "The agent's configuration file; by default that of the package or the ConfigMap, if it"
              + " can be read.");

  /** Another program, which follows two dashes. */
  static final Parameter PROGRAM =
      new Parameter("COMMAND...", "The command with its arguments, after two dashes.");

  /** A positional argument of a command, or a command of the program. */
  record Parameter(String name, String description) {}

  Usage {
    parameters = List.copyOf(parameters);
    options = Stream.concat(options.stream(), Stream.of(HELP, VERSION)).toList();
  }

  /** An option without a value: {@code --name}. */
  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  /** An option with a value: {@code --name=LABEL} or {@code --name LABEL}. */
  static Option option(String name, String label, String description) {
    return Option.builder().longOpt(name).hasArg().argName(label).desc(description).get();
  }

  /** The row of a command in the help of the program. */
  Parameter summary(String name) {
    return new Parameter(name, description.lines().findFirst().orElse(""));
  }

  /** The help, in lines of at most 80 characters. */
  String help() {
    var help = new StringBuilder("Usage: alibabacloud-kms-agent ").append(synopsis);
    help.append('\n').append(wrap(description, 80, ""));
    parameters.forEach(parameter -> help.append(row(parameter.name(), parameter.description())));
    options.forEach(option -> help.append(row(label(option), option.getDescription())));
    return help.toString();
  }

  private static String label(Option option) {
    var shortName = option.getOpt() == null ? "" : "-" + option.getOpt() + ", ";
    var value = option.hasArg() ? "=" + option.getArgName() : "";
    return shortName + "--" + option.getLongOpt() + value;
  }

  private static String row(String label, String description) {
    return "\n  %-17s %s".formatted(label, wrap(description, 60, " ".repeat(20)));
  }

  /** Whether a program and its arguments follow two dashes. */
  boolean startsProgram() {
    return parameters.stream().map(Parameter::name).anyMatch(PROGRAM.name()::equals);
  }

  /** How many positional arguments there may be. */
  int mostParameters() {
    var takesMany = parameters.stream().anyMatch(it -> it.name().endsWith("..."));
    return startsProgram() ? 0 : takesMany ? Integer.MAX_VALUE : parameters.size();
  }

  /** Breaks each line that is longer than {@code width} at the last space that lets it fit. */
  private static String wrap(String text, int width, String indent) {
    return text.replaceAll("(?m)(?!.{0,%1$d}$)(.{1,%1$d}) ".formatted(width), "$1\n" + indent);
  }
}
