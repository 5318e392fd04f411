package dev.kmsagent.bootstrap.command;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agent's configuration, as a command is told where to find it. */
final class Configuration {
  static final Usage.Parameter FILE =
      new Usage.Parameter(
          "CONFIG", "The configuration file; without one, defaults and environment alone count.");

  private Configuration() {}

  /** Loads {@code file}, if any, and what the environment says. */
  static LoadResult<AgentConfig> load(@Nullable Path file, Map<String, String> environment) {
    return loader(environment).load(source(file));
  }

  /** Loads what a client of the agent needs of it. */
  static LoadResult<ServerConfig> loadServer(@Nullable Path file, Map<String, String> environment) {
    return loader(environment).loadServer(source(file));
  }

  private static ConfigLoader loader(Map<String, String> environment) {
    return new ConfigLoader(environment, Path.of("").toAbsolutePath());
  }

  private static ConfigSource source(@Nullable Path file) {
    return file == null ? new ConfigSource.Nothing() : new ConfigSource.File(file);
  }
}
