package dev.kmsagent.config.schema;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The values in force by the paths of their keys, and the process that they are for. */
public final class Values {
  private final Map<String, Value<?>> values = new HashMap<>();
  private final Map<String, String> environment;
  private final Path workingDirectory;

  public Values(Map<String, String> environment, Path workingDirectory) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
  }

  /** A value and where it came from. */
  public record Value<T>(T content, Origin origin) {}

  void put(String path, Value<?> value) {
    values.put(path, value);
  }

  Optional<Value<?>> at(String path) {
    return Optional.ofNullable(values.get(path));
  }

  /** An environment variable that is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isEmpty());
  }

  /** The path, from the working directory unless it is absolute. */
  public Path resolve(Path path) {
    return workingDirectory.resolve(path);
  }
}
