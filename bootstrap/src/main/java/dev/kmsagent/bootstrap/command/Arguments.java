package dev.kmsagent.bootstrap.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/**
 * The arguments of a command. A {@code reader} turns the text of one into its value; when that is
 * not possible, its {@link IllegalArgumentException} becomes a {@link ParseException}.
 *
 * @param program what follows two dashes, if the command starts another program
 */
record Arguments(CommandLine line, List<String> program) {
  private static final List<Path> CONFIG_FILES =
      List.of(
          Path.of("/etc/alibabacloud-kms-agent/config.toml"),
          Path.of("/etc/kms-agent/config.toml"));

  /** Parses what follows the name of a command. */
  static Arguments parse(Usage usage, String... args) throws ParseException {
    var options = new Options();
    usage.options().forEach(options::addOption);
    var parser = DefaultParser.builder().setAllowPartialMatching(false);
    var words = List.of(args);
    var dashes = usage.startsProgram() ? words.indexOf("--") : -1;
    var own = dashes < 0 ? words : words.subList(0, dashes);
    var line =
        parser
            .setStripLeadingAndTrailingQuotes(false)
            .get()
            .parse(options, own.toArray(String[]::new));
    if (line.getArgList().size() > usage.mostParameters()) {
      var argument = line.getArgList().getLast();
      var hint = options.hasLongOption("config") ? "; a configuration: --config=" + argument : "";
      throw new ParseException("Unexpected argument: " + argument + hint);
    }
    return new Arguments(line, dashes < 0 ? List.of() : words.subList(dashes + 1, words.size()));
  }

  boolean has(Option option) {
    return line.hasOption(option);
  }

  /** The value of an option that may be given once. */
  <T> Optional<T> value(Option option, Function<String, T> reader) throws ParseException {
    var values = values(option, reader);
    if (values.size() > 1) {
      throw new ParseException("Option given more than once: --" + option.getLongOpt());
    }
    return values.stream().findFirst();
  }

  /** The values of an option that may be repeated. */
  <T> List<T> values(Option option, Function<String, T> reader) throws ParseException {
    var texts = has(option) ? List.of(line.getOptionValues(option)) : List.<String>of();
    return read("--" + option.getLongOpt(), texts, reader);
  }

  /** The agent's configuration file: that of {@link Usage#CONFIG}, or the usual one. */
  Optional<Path> config() throws ParseException {
    return value(Usage.CONFIG, Path::of)
        .or(() -> CONFIG_FILES.stream().filter(Files::isReadable).findFirst());
  }

  /** The positional argument, which may be left out. */
  <T> Optional<T> optional(Usage.Parameter parameter, Function<String, T> reader)
      throws ParseException {
    return read(parameter.name(), line.getArgList(), reader).stream().findFirst();
  }

  /** The positional arguments, of which one at least must be given. */
  <T> List<T> all(Usage.Parameter parameter, Function<String, T> reader) throws ParseException {
    var _ = required(parameter, reader);
    return read(parameter.name(), line.getArgList(), reader);
  }

  /** The positional argument, which must be given. */
  <T> T required(Usage.Parameter parameter, Function<String, T> reader) throws ParseException {
    return optional(parameter, reader)
        .orElseThrow(() -> new ParseException("Missing argument: " + parameter.name()));
  }

  private static <T> List<T> read(String name, List<String> texts, Function<String, T> reader)
      throws ParseException {
    try {
      return texts.stream().map(reader).toList();
    } catch (IllegalArgumentException wrong) {
      throw new ParseException("Invalid value for " + name + ": " + wrong.getMessage());
    }
  }
}
