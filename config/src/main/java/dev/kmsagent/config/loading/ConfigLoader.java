package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.TextFile;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Schema;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
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
  private final AgentConfig.Keys agent = new AgentConfig.Keys();
  private final Schema schema = new Schema(agent);

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
    return resolve(
        agent, agent.rules(), read(source), SourceValues.ofEnvironment(environment, schema));
  }

  /**
   * The table {@code [Server]} alone, for a client of the agent. The other tables may be wrong, or
   * refer to what only the agent may read.
   */
  public LoadResult<ServerConfig> loadServer(ConfigSource source) {
    var file = read(source);
    return resolve(
        agent.server(),
        List.of(),
        file.complete() ? file.withoutProblems() : file,
        SourceValues.ofEnvironment(environment, schema).withoutProblems());
  }

  private <C> LoadResult<C> resolve(
      Table<C> table, List<Rule> rules, SourceValues file, SourceValues overrides) {
    if (!file.complete()) {
      return new LoadResult.Rejected<>(file.problems());
    }
    var values = new Values(environment, workingDirectory);
    var resolver = new ConfigResolver(new References(environment, workingDirectory), values);
    table.keys().forEach(key -> resolver.resolve(key, file, overrides));
    rules.forEach(resolver::judge);
    var problems =
        Stream.of(file.problems(), resolver.problems(), overrides.problems())
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(problem -> problem.origin().line()))
            .toList();
    return problems.isEmpty()
        ? new LoadResult.Loaded<>(table.build(values), settings(table, values))
        : new LoadResult.Rejected<>(problems);
  }

  private static List<Setting> settings(Table<?> table, Values values) {
    return table.keys().stream()
        .map(key -> new Setting(key.path(), key.shownIn(values), key.originIn(values)))
        .toList();
  }

  private SourceValues read(ConfigSource source) {
    if (source instanceof ConfigSource.File(var path)) {
      return readFile(path.toString());
    }
    return source instanceof ConfigSource.Text(var name, var toml)
        ? TomlParser.parse(name, toml, schema)
        : new SourceValues(Map.of(), List.of(), true);
  }

  private SourceValues readFile(String name) {
    return TextFile.read(workingDirectory, name)
        .fold(
            toml -> TomlParser.parse(name, toml, schema),
            why ->
                SourceValues.unreadable(
                    List.of(new Problem(Origin.wholeFile(name), "the file", why))));
  }
}
