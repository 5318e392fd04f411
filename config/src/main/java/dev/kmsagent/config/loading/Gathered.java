package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Map;

/**
 * What one source gives, and what is wrong with it before any value is judged.
 *
 * @param complete whether the source could be understood to its end
 */
record Gathered(Map<ConfigKey<?>, Candidate> candidates, List<Problem> problems, boolean complete) {

  Gathered {
    candidates = Map.copyOf(candidates);
    problems = List.copyOf(problems);
  }

  static Gathered nothing() {
    return new Gathered(Map.of(), List.of(), true);
  }

  static Gathered unusable(Problem problem) {
    return new Gathered(Map.of(), List.of(problem), false);
  }
}
