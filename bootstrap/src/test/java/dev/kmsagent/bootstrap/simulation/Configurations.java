package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import java.nio.file.Path;
import java.util.Map;

/** The agent's real configuration: its defaults, and what a simulation wants otherwise. */
public final class Configurations {
  private Configurations() {}

  /** The defaults, and what {@code settings} says in TOML. */
  public static AgentConfig with(String settings) {
    var loader = new ConfigLoader(Map.of("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), Path.of(""));
    return switch (loader.load(new ConfigSource.Text("simulation", settings))) {
      case LoadResult.Loaded<AgentConfig>(var config, _) -> config;
      case LoadResult.Rejected<AgentConfig>(var problems) ->
          throw new IllegalArgumentException(problems.toString());
    };
  }
}
