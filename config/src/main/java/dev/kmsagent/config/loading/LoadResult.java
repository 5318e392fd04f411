package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import java.util.List;

/** What came of loading. */
public sealed interface LoadResult {

  /** The configuration, and for each key its value and where it came from. */
  record Loaded(AgentConfig config, List<Setting> settings) implements LoadResult {

    public Loaded {
      settings = List.copyOf(settings);
    }
  }

  /** Everything that is wrong, at least one problem. */
  record Rejected(List<Problem> problems) implements LoadResult {

    public Rejected {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("rejected without a reason");
      }
    }
  }
}
