package dev.kmsagent.config.loading;

import java.nio.file.Path;

/** What is loaded besides the environment. */
public sealed interface ConfigSource {

  /** No file was named: defaults and environment alone. */
  record Nothing() implements ConfigSource {}

  /** A TOML file that must exist; a relative path starts at the working directory. */
  record File(Path path) implements ConfigSource {}

  /** TOML at hand, under the name that messages call it by. */
  record Text(String name, String toml) implements ConfigSource {

    /** Leaves the content out: it may hold secrets. */
    @Override
    public String toString() {
      return "Text[" + name + "]";
    }
  }
}
