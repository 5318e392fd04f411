package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.cli.ParseException;

/** {@code status}: what the running agent says of itself, for a terminal. */
record StatusCommand(CommandContext context) implements Command {
  private static final Pattern IN_USE =
      Pattern.compile(
          "(?m)^(?:kms_agent_)?(cache_entries|cache_bytes|credentials_seconds_left|tenants|limit\\{.*}"
              + "|process_resident_memory_bytes) (\\S+)$");

  @Override
  public Usage usage() {
    return new Usage(
        "status [OPTIONS]",
        "Print the state of the running agent: dependencies, credentials, cache and limits.\n"
            + "The exit status is 1 if the agent is not ready.",
        List.of(),
        List.of(Usage.CONFIG));
  }

  @Override
  public int run(Arguments arguments)
      throws ParseException, CommandException, InterruptedException {
    var agent = RunningAgent.withoutToken(context, arguments.config());
    return print(agent.page("/readyz"), agent.page("/metrics"));
  }

  private int print(String readiness, String figures) throws CommandException {
    try {
      var health = JsonParser.parseString(readiness).getAsJsonObject();
      var status = health.get("status").getAsString();
      var dependencies = health.getAsJsonObject("dependencies").asMap().entrySet().stream();
      var metrics = IN_USE.matcher(figures).results();
      var lines = Stream.concat(dependencies.map(it -> text(it)), metrics.map(it -> text(it)));
      context.out().print(lines.collect(joining("", "agent: " + status + '\n', "")));
      return status.equals("DOWN") ? ExitStatus.FAILED : ExitStatus.DONE;
    } catch (RuntimeException otherForm) {
      // It is dropped since its message quotes what it cannot read.
      throw new CommandException("What answered is no agent.", ExitStatus.FAILED);
    }
  }

  private static String text(Map.Entry<String, JsonElement> dependency) {
    return dependency.getValue().getAsJsonObject().asMap().entrySet().stream()
        .map(field -> "  " + field.getKey() + ':' + text(field.getValue()) + '\n')
        .collect(joining("", dependency.getKey() + ":\n", ""));
  }

  private static String text(JsonElement value) {
    return value instanceof JsonArray names
        ? names.asList().stream().map(it -> "\n    " + it.getAsString()).collect(joining())
        : " " + value.getAsString();
  }

  private static String text(MatchResult metric) {
    var name = metric.group(1).replaceAll("\\{.*\"(.*)\"}", " of $1");
    return "%s: %.0f%n".formatted(name, Double.parseDouble(metric.group(2)));
  }
}
