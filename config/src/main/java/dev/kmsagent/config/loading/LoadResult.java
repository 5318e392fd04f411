package dev.kmsagent.config.loading;

import java.util.List;

/**
 * What came of loading.
 *
 * @param <C> what was asked for: the whole configuration, or a table of it
 */
public sealed interface LoadResult<C> {

  /** The configuration, and for each key its value and where it came from. */
  record Loaded<C>(C config, List<Setting> settings) implements LoadResult<C> {

    public Loaded {
      settings = List.copyOf(settings);
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
}
