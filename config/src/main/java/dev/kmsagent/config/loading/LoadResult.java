package dev.kmsagent.config.loading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.domain.Sha256;
import java.util.List;

/**
 * The result of loading.
 *
 * @param <C> what was loaded: the whole configuration, or a table of it
 */
public sealed interface LoadResult<C> {
  /** The configuration, and for each key its value and where it came from. */
  record Loaded<C>(C config, List<Setting> settings) implements LoadResult<C> {

    public Loaded {
      settings = List.copyOf(settings);
    }

    /** The SHA-256 of all keys with their shown values, to tell one configuration from another. */
    public String digest() {
      var lines = settings.stream().map(it -> it.path() + " = " + it.shownValue() + '\n');
      return Sha256.hex(lines.collect(joining()).getBytes(UTF_8));
    }
  }

  /** Everything that is wrong, at least one problem. */
  record Rejected<C>(List<Problem> problems) implements LoadResult<C> {

    public Rejected {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("rejected without a reason");
      }
    }
  }

  /**
   * One key as it is in force.
   *
   * @param path the key with its table, {@code Server.HttpPort}
   * @param shownValue the value in the notation of TOML, {@code ***} for a secret
   * @param origin where it came from
   */
  record Setting(String path, String shownValue, Origin origin) {}
}
