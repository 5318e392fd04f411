package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Loads the configuration. It opens no port and asks no name service; it reads the file, the files
 * it refers to, and the environment it was given. Safe for use by several threads.
 */
public final class ConfigLoader {
  private final Map<String, String> environment;
  private final Path workingDirectory;
  private final Catalogue catalogue = new Catalogue();

  /**
   * A loader for one process.
   *
   * @param workingDirectory where relative paths start
   */
  public ConfigLoader(Map<String, String> environment, Path workingDirectory) {
    this.environment = Map.copyOf(environment);
    this.workingDirectory = workingDirectory;
  }

  /** The configuration in force, or everything that is wrong. */
  public LoadResult<AgentConfig> load(ConfigSource source) {
    Gathered file = gather(source);
    Gathered overrides = Overrides.gather(environment, catalogue);
    Settling settling = settle(catalogue.keys(), file, overrides);
    if (file.complete()) {
      catalogue.rules().forEach(settling::judge);
    }
    List<Problem> problems =
        inOrder(Stream.of(file.problems(), settling.problems(), overrides.problems()));
    return result(problems, settling.values(), catalogue::assemble, catalogue.keys());
  }

  /**
   * The table {@code [Server]} alone, for a client of the agent. The other tables may be wrong, or
   * refer to what only the agent may read.
   */
  public LoadResult<ServerConfig> loadServer(ConfigSource source) {
    ServerTable server = catalogue.server();
    Gathered file = gather(source);
    Settling settling = settle(server.keys(), file, Overrides.gather(environment, catalogue));
    List<Problem> unreadable = file.complete() ? List.of() : file.problems();
    List<Problem> problems = inOrder(Stream.of(unreadable, settling.problems()));
    return result(problems, settling.values(), server::assemble, server.keys());
  }

  private Settling settle(List<ConfigKey<?>> keys, Gathered file, Gathered overrides) {
    Values values = new Values(environment, workingDirectory);
    Settling settling = new Settling(new References(environment, workingDirectory), values);
    keys.forEach(key -> settling.settle(key, file, overrides));
    return settling;
  }

  private static List<Problem> inOrder(Stream<List<Problem>> problems) {
    return problems
        .flatMap(List::stream)
        .sorted((one, other) -> Integer.compare(one.line(), other.line()))
        .toList();
  }

  private static <C> LoadResult<C> result(
      List<Problem> problems,
      Values values,
      Function<Values, C> assembly,
      List<ConfigKey<?>> keys) {
    return problems.isEmpty()
        ? new LoadResult.Loaded<>(assembly.apply(values), settings(values, keys))
        : new LoadResult.Rejected<>(problems);
  }

  private Gathered gather(ConfigSource source) {
    return switch (source) {
      case ConfigSource.Nothing() -> Gathered.nothing();
      case ConfigSource.Text(String name, String toml) -> TomlFile.gather(name, toml, catalogue);
      case ConfigSource.File(Path path) -> read(path.toString());
    };
  }

  private Gathered read(String name) {
    return switch (TextFile.read(workingDirectory, name)) {
      case TextFile.Content(String toml) -> TomlFile.gather(name, toml, catalogue);
      case TextFile.Unusable(String why) ->
          Gathered.unusable(new Problem(new Origin.WholeFile(name), "the file", why, "", ""));
    };
  }

  private static List<Setting> settings(Values values, List<ConfigKey<?>> keys) {
    return keys.stream()
        .map(key -> new Setting(key.path(), values.shown(key), values.origin(key)))
        .toList();
  }
}
