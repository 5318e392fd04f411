package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Every key there is, by path and by variable. */
final class Catalogue {

  /** What a name turns out to be. */
  sealed interface Entry {

    /** A key of this build. */
    record Built(ConfigKey<?> key) implements Entry {}

    /** A key of a later one. */
    record Later(String path) implements Entry {}

    /** No key. */
    record Unknown(String closest) implements Entry {}
  }

  private final ServerTable server = new ServerTable();
  private final ManagementTable management = new ManagementTable();
  private final KmsTable kms = new KmsTable();
  private final CacheTable cache = new CacheTable();
  private final LogTable log = new LogTable();
  private final List<ConfigKey<?>> keys = all(Table::keys);
  private final List<String> later = all(Table::later);
  private final List<Rule> rules = all(Table::rules);
  private final Set<String> tables = tables();

  private <T> List<T> all(Function<Table<?>, List<T>> part) {
    return Stream.of(server, management, kms, cache, log)
        .flatMap(table -> part.apply(table).stream())
        .toList();
  }

  private Set<String> tables() {
    Set<String> found = new HashSet<>();
    paths()
        .forEach(
            path -> {
              for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
                found.add(lower(path.substring(0, dot)));
              }
            });
    return Set.copyOf(found);
  }

  List<ConfigKey<?>> keys() {
    return keys;
  }

  List<String> later() {
    return later;
  }

  List<Rule> rules() {
    return rules;
  }

  boolean isTable(String path) {
    return tables.contains(lower(path));
  }

  Entry byPath(String path) {
    return find(path, Function.identity());
  }

  Entry byVariable(String variable) {
    return find(variable, ConfigKey::variable);
  }

  AgentConfig assemble(Values values) {
    return new AgentConfig(
        server.assemble(values),
        management.assemble(values),
        kms.assemble(values),
        cache.assemble(values),
        log.assemble(values));
  }

  private Entry find(String name, Function<String, String> naming) {
    return Stream.concat(
            keys.stream()
                .filter(key -> naming.apply(key.path()).equalsIgnoreCase(name))
                .<Entry>map(Entry.Built::new),
            later.stream()
                .filter(path -> naming.apply(path).equalsIgnoreCase(name))
                .<Entry>map(Entry.Later::new))
        .findFirst()
        .orElseGet(() -> new Entry.Unknown(closest(name, naming)));
  }

  private String closest(String name, Function<String, String> naming) {
    return paths()
        .map(naming)
        .min(Comparator.comparingInt(known -> Resemblance.distance(name, known)))
        .orElseThrow();
  }

  private Stream<String> paths() {
    return Stream.concat(keys.stream().map(ConfigKey::path), later.stream());
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
