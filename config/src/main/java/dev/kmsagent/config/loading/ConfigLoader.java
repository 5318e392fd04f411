package dev.kmsagent.config.loading;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
  public LoadResult load(ConfigSource source) {
    Gathered file = gather(source);
    Gathered overrides = Overrides.gather(environment, catalogue);
    Values values = new Values(environment, workingDirectory);
    Settling settling = new Settling(new References(environment, workingDirectory), values);
    catalogue.keys().forEach(key -> settling.settle(key, file, overrides));
    if (file.complete()) {
      catalogue.rules().forEach(settling::judge);
    }
    List<Problem> problems =
        Stream.of(file.problems(), settling.problems(), overrides.problems())
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(Problem::line))
            .toList();
    return problems.isEmpty()
        ? new LoadResult.Loaded(catalogue.assemble(values), settings(values))
        : new LoadResult.Rejected(problems);
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

  private List<Setting> settings(Values values) {
    return catalogue.keys().stream()
        .map(key -> new Setting(key.path(), values.shown(key), values.origin(key)))
        .toList();
  }
}
