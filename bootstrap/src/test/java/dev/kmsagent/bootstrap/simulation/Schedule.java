package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What happens to some agents, and when.
 *
 * @param seed of all delays
 */
record Schedule(long seed, Setting setting, List<Step> steps) {
  Schedule {
    steps = List.copyOf(steps);
  }

  /**
   * The agents.
   *
   * @param principals who share the agents evenly
   * @param config in TOML, besides the defaults
   * @param skew the largest difference of two wall clocks at first
   * @param inFolder whether each has a folder of its own instead of Redis for all
   */
  record Setting(int agents, int principals, String config, Duration skew, boolean inFolder) {
    @Override
    public String toString() {
      return "%d agents; %d principals; skew %s; %s%s"
          .formatted(
              agents,
              principals,
              skew,
              config.isEmpty() ? "defaults" : config,
              inFolder ? "; in a folder" : "");
    }
  }

  /**
   * One thing that happens. A fault ends by itself.
   *
   * @param length until it is over
   */
  record Action(String text, Duration length, Consumer<Simulation> effect) {
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * An action.
   *
   * @param at since the start
   */
  record Step(Duration at, Action action) {
    @Override
    public String toString() {
      return Trace.line(at, action);
    }
  }

  /** A query in a line of a schedule. */
  static String text(SecretQuery query) {
    return (query.isForCurrent() ? "" : "the previous ") + query.name().value();
  }

  Schedule with(List<Step> others) {
    return new Schedule(seed, setting, others);
  }

  @Override
  public String toString() {
    return steps.stream()
        .map(Step::toString)
        .collect(Collectors.joining("\n", "seed " + seed + ": " + setting + "\n", "\n"));
  }
}
