package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
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
  private final Set<String> tables = tables(keys);
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
    return tables.stream().anyMatch(path::equalsIgnoreCase);
  }

  /** A key by its path, in any case. */
  Entry byPath(String path) {
    return entry(path::equalsIgnoreCase)
        .orElseGet(
            () ->
                new Entry.Unknown(
                    Resemblance.closest(path, Stream.concat(paths(), tables.stream()))));
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

  private static Set<String> tables(List<ConfigKey<?>> keys) {
    Set<String> tables = new LinkedHashSet<>();
    for (ConfigKey<?> key : keys) {
      String path = key.path();
      for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        tables.add(path.substring(0, dot));
      }
    }
    return tables;
  }
}
