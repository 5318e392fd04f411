package dev.kmsagent.config.loading;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The value in force of each key that has one. */
final class Values {
  private final Map<ConfigKey<?>, Value<?>> settled = new HashMap<>();
  private final Map<String, String> environment;
  private final Path workingDirectory;

  Values(Map<String, String> environment, Path workingDirectory) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
  }

  <T> void put(ConfigKey<T> key, Value<T> value) {
    settled.put(key, value);
  }

  /** The value and its origin, if there is one. */
  @SuppressWarnings("unchecked") // put() ties the value's type to the key's
  <T> Optional<Value<T>> settled(ConfigKey<T> key) {
    @Nullable Value<?> value = settled.get(key);
    return Optional.ofNullable((Value<T>) value);
  }

  <T> Optional<T> find(ConfigKey<T> key) {
    return settled(key).map(Value::content);
  }

  /** The value of a key that always has one. */
  <T> T get(ConfigKey<T> key) {
    return find(key).orElseThrow(() -> new IllegalStateException(key.path() + " has no value"));
  }

  Origin origin(ConfigKey<?> key) {
    return settled(key).<Origin>map(Value::origin).orElseGet(Origin.BuiltIn::new);
  }

  /** Whether the key was given, by the file or an override, and not fallen back on. */
  boolean isExplicit(ConfigKey<?> key) {
    return switch (origin(key)) {
      case Origin.BuiltIn _, Origin.Derived _, Origin.WholeFile _ -> false;
      case Origin.Line _, Origin.Reference _ -> true;
      case Origin.Variable(String name) -> name.equals(key.variable());
    };
  }

  /** Where a quarrel between two keys is to be mended: at the first that was given. */
  Origin blamed(ConfigKey<?> first, ConfigKey<?> second) {
    return origin(isExplicit(first) ? first : second);
  }

  /** The value as it may be shown, or what being without one amounts to. */
  <T> String shown(ConfigKey<T> key) {
    return find(key).map(key.shape()::show).orElseGet(key::otherwise);
  }

  /** A variable that is set and not empty. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isEmpty());
  }

  /** A path of the file, which starts at the working directory unless it is absolute. */
  Path resolve(Path path) {
    return workingDirectory.resolve(path);
  }
}
