package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Schedule.Setting;
import dev.kmsagent.bootstrap.simulation.Schedule.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Makes a schedule shorter for as long as it still breaks the invariant (delta debugging). */
final class Shrinker {
  private final Predicate<Schedule> breaks;

  Shrinker(Predicate<Schedule> breaks) {
    this.breaks = breaks;
  }

  /** Fewer steps, then fewer agents, then less time between the steps. */
  Schedule shorten(Schedule schedule) {
    return withShorterGaps(withFewerAgents(withFewerSteps(schedule)));
  }

  private Optional<Schedule> ifItBreaks(Schedule schedule) {
    return Optional.of(schedule).filter(breaks);
  }

  /** Leaves out halves at first, and single steps at last, until none can be left out. */
  private Schedule withFewerSteps(Schedule schedule) {
    var shortest = schedule;
    for (var part = schedule.steps().size(); part > 0; part /= 2) {
      shortest = without(shortest, part);
    }
    var shorter = without(shortest, 1);
    return shorter.steps().size() < shortest.steps().size() ? withFewerSteps(shorter) : shorter;
  }

  private Schedule without(Schedule schedule, int part) {
    var shortest = schedule;
    var from = 0;
    while (from < shortest.steps().size()) {
      var shorter = ifItBreaks(shortest.with(without(shortest.steps(), from, part)));
      from = shorter.isPresent() ? from : from + part;
      shortest = shorter.orElse(shortest);
    }
    return shortest;
  }

  private static List<Step> without(List<Step> steps, int from, int number) {
    var left = new ArrayList<>(steps.subList(0, from));
    left.addAll(steps.subList(Math.min(from + number, steps.size()), steps.size()));
    return left;
  }

  private Schedule withFewerAgents(Schedule schedule) {
    var least =
        1 + schedule.steps().stream().mapToInt(step -> step.action().agent()).max().orElse(0);
    var setting = schedule.setting();
    var fewer = new Setting(least, setting.principals(), setting.config(), setting.skew());
    return ifItBreaks(new Schedule(schedule.seed(), fewer, schedule.steps())).orElse(schedule);
  }

  private Schedule withShorterGaps(Schedule schedule) {
    var shortest = schedule;
    for (var i = 0; i < schedule.steps().size(); i++) {
      shortest = withShorterGap(shortest, i);
    }
    return shortest;
  }

  private Schedule withShorterGap(Schedule schedule, int index) {
    var before = index == 0 ? Duration.ZERO : schedule.steps().get(index - 1).at();
    var gap = schedule.steps().get(index).at().minus(before);
    return Stream.of(1, 10, 60, 200, 310, 1000)
        .map(Duration::ofSeconds)
        .filter(shorter -> shorter.compareTo(gap) < 0)
        .flatMap(shorter -> ifItBreaks(earlier(schedule, index, gap.minus(shorter))).stream())
        .findFirst()
        .orElse(schedule);
  }

  private static Schedule earlier(Schedule schedule, int from, Duration by) {
    var steps = new ArrayList<>(schedule.steps());
    for (var i = from; i < steps.size(); i++) {
      steps.set(i, new Step(steps.get(i).at().minus(by), steps.get(i).action()));
    }
    return schedule.with(steps);
  }
}
