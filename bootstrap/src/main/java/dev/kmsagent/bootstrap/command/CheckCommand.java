package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.config.loading.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code check}: what the agent would make of its configuration, without running it. */
@Command(
    description = {
      "Say what is wrong with a configuration, or what it comes to.",
      "Every value is shown with where it came from, secrets as ***. No port is opened."
    })
final class CheckCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..1",
      description = "The configuration file; without one, defaults and environment alone count.")
  private @Nullable Path file;

  CheckCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return switch (Configuration.load(file, surroundings.environment())) {
      case LoadResult.Loaded<AgentConfig>(var config, var settings) -> tell(config, settings);
      case LoadResult.Rejected<AgentConfig>(var problems) -> surroundings.reject(problems);
    };
  }

  private int tell(AgentConfig config, List<Setting> settings) {
    var out = surroundings.out();
    table(settings).forEach(out::println);
    out.println();
    AgentPlan.of(config).forEach(out::println);
    var token = TokenLookup.in(config.server().guard().variables(), surroundings.environment());
    if (token instanceof TokenLookup.Found found) {
      out.println("The token comes from " + found.variable() + ".");
    }
    var obstacles = Obstacles.of(config, token);
    obstacles.forEach(surroundings.err()::println);
    return obstacles.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private static List<String> table(List<Setting> settings) {
    var paths = width(settings, Setting::path);
    var values = width(settings, Setting::shownValue);
    var row = "%-" + paths + "s = %-" + values + "s  # %s";
    return settings.stream()
        .map(
            setting ->
                row.formatted(setting.path(), setting.shownValue(), setting.origin().describe()))
        .toList();
  }

  private static int width(List<Setting> settings, Function<Setting, String> column) {
    return settings.stream().map(column).mapToInt(String::length).max().orElse(1);
  }
}
