package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every key there is, by path and by variable. */
final class Catalogue {

  /** What a name turns out to be. */
  sealed interface Entry {

    /** A key. */
    record Known(ConfigKey<?> key) implements Entry {}

    /** Nothing known. */
    record Unknown(String closest) implements Entry {}
  }

  private final ServerTable server = new ServerTable();
  private final ManagementTable management = new ManagementTable();
  private final KmsTable kms = new KmsTable();
  private final CacheTable cache = new CacheTable();
  private final LogTable log = new LogTable();
  private final List<ConfigKey<?>> keys = all(Table::keys);
  private final List<Rule> rules = all(Table::rules);

  /** The keys, those of one table together. */
  List<ConfigKey<?>> keys() {
    return keys;
  }

  List<Rule> rules() {
    return rules;
  }

  ServerTable server() {
    return server;
  }

  AgentConfig assemble(Values values) {
    return new AgentConfig(
        server.assemble(values),
        management.assemble(values),
        kms.assemble(values),
        cache.assemble(values),
        log.assemble(values));
  }

  /** Whether this is the path of a table, in any case. */
  boolean isTable(String path) {
    return tables().anyMatch(path::equalsIgnoreCase);
  }

  /** A key by its path, in any case. */
  Entry byPath(String path) {
    return entry(path::equalsIgnoreCase)
        .orElseGet(
            () -> new Entry.Unknown(Resemblance.closest(path, Stream.concat(paths(), tables()))));
  }

  /** A key by the variable that overrides it. */
  Entry byVariable(String variable) {
    return entry(path -> ConfigKey.variable(path).equals(variable))
        .orElseGet(
            () ->
                new Entry.Unknown(Resemblance.closest(variable, paths().map(ConfigKey::variable))));
  }

  private Optional<Entry> entry(Predicate<String> meant) {
    return keys.stream().filter(key -> meant.test(key.path())).findFirst().map(Entry.Known::new);
  }

  private <T> List<T> all(Function<Table<?>, List<T>> part) {
    return Stream.of(server, management, kms, cache, log)
        .flatMap(table -> part.apply(table).stream())
        .toList();
  }

  private Stream<String> paths() {
    return keys.stream().map(ConfigKey::path);
  }

  private Stream<String> tables() {
    return paths()
        .flatMap(
            path ->
                IntStream.range(0, path.length())
                    .filter(at -> path.charAt(at) == '.')
                    .mapToObj(at -> path.substring(0, at)))
        .distinct();
  }
}
