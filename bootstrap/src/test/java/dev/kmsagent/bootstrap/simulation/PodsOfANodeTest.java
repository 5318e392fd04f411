package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Some schedules of two tenants with several subjects, while STS, KMS and the cluster's keys come
 * and go, trust is withdrawn, the agent is killed and time passes. A seed decides everything. That
 * one tenant's trouble does not change what the other gets is seen by the same schedule without the
 * former.
 */
final class PodsOfANodeTest {
  private static final long SCHEDULES = 100;
  private static final long MORE_SCHEDULES = 400;
  private static final int STEPS = 150;
  private static final String QUIET = "quiet";
  private static final List<String> LOUD = List.of("loud-1", "loud-2");
  private static final List<String> EVERYBODYS = List.of("sts", "kms", "keys");

  /** From an instant to longer than anything is kept. */
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ZERO,
          Duration.ofMillis(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(15),
          Duration.ofMinutes(3),
          Duration.ofMinutes(3),
          Duration.ofMinutes(25),
          Duration.ofMinutes(70),
          Duration.ofHours(4));

  /**
   * One step of a schedule, after a pause.
   *
   * @param isLoud whether it is a doing or a trouble of the loud tenant alone
   */
  private record Step(Duration pause, boolean isLoud, Consumer<PodsOfANode> what) {}

  private static List<Step> schedule(long seed) {
    var random = new Random(seed);
    var steps = new ArrayList<Step>();
    for (int i = 0; i < STEPS; i++) {
      var pause = PAUSES.get(random.nextInt(random.nextInt(PAUSES.size()) + 1));
      var kind = random.nextInt(100);
      if (kind < 50) {
        steps.add(new Step(pause, false, quiet(random)));
      } else if (kind < 85) {
        steps.add(new Step(pause, true, loud(random)));
      } else if (kind >= 97) {
        steps.add(new Step(pause, false, PodsOfANode::restart));
      } else {
        var what = EVERYBODYS.get(random.nextInt(EVERYBODYS.size()));
        steps.add(new Step(pause, false, node -> toggle(node.down, what)));
      }
    }
    return steps;
  }

  private static Consumer<PodsOfANode> quiet(Random random) {
    var subject = "quiet-" + random.nextInt(3);
    var name = "s" + random.nextInt(PodsOfANode.SHARE);
    return switch (random.nextInt(12)) {
      case 0 -> node -> toggle(node.trusted, PodsOfANode.pair(subject, QUIET));
      case 1 -> node -> node.rotate(QUIET, name);
      case 2 -> node -> toggle(node.denied, PodsOfANode.pair(QUIET, name));
      default -> node -> node.read(subject, QUIET, name);
    };
  }

  private static Consumer<PodsOfANode> loud(Random random) {
    var subject = "loud-" + random.nextInt(2);
    var role = LOUD.get(random.nextInt(LOUD.size()));
    var name = "s" + random.nextInt(PodsOfANode.SHARE);
    return switch (random.nextInt(6)) {
      case 0 -> node -> toggle(node.trusted, PodsOfANode.pair(subject, role));
      case 1 -> node -> toggle(node.down, role);
      case 2 -> node -> node.read(subject, QUIET, "s0");
      case 3 -> node -> IntStream.range(0, 15).forEach(i -> node.read(subject, "none-" + i, "s0"));
      case 4 -> node -> IntStream.range(0, 30).forEach(i -> node.read(subject, role, "s" + i));
      default -> node -> node.read(subject, role, name);
    };
  }

  private static void toggle(Set<String> all, String one) {
    if (!all.remove(one)) {
      all.add(one);
    }
  }

  private static PodsOfANode run(List<Step> schedule, boolean withLoud) {
    var node = new PodsOfANode();
    node.trusted.addAll(
        List.of(
            "quiet-0 quiet", "quiet-1 quiet", "loud-0 loud-1", "loud-0 loud-2", "loud-1 loud-1"));
    for (var step : schedule) {
      node.time.advance(step.pause());
      if (withLoud || !step.isLoud()) {
        step.what().accept(node);
      }
    }
    node.time.advance(Duration.ofMinutes(1));
    return node;
  }

  private static List<String> ofQuiet(PodsOfANode node) {
    return node.answers.stream().filter(answer -> answer.startsWith(QUIET)).toList();
  }

  @Test
  void no_schedule_gives_a_subject_what_it_may_not_have_or_changes_what_another_tenant_gets() {
    assertThat(run(LongStream.range(0, SCHEDULES)))
        .as("without every kind of answer the invariants would hold for want of them")
        .contains("HIT", "STALE", "MISS", "REVALIDATED", "ROLE", "UNAVAILABLE", "RATE")
        .contains("Refused", "Unavailable");
  }

  @Test
  @Tag("thorough")
  void none_of_more_schedules_does() {
    var _ = run(LongStream.range(SCHEDULES, MORE_SCHEDULES));
  }

  /** The kinds of answers that they had. */
  private static Set<String> run(LongStream seeds) {
    var kinds = new HashSet<String>();
    for (var seed : seeds.toArray()) {
      var schedule = schedule(seed);
      var node = run(schedule, true);
      var alone = run(schedule, false);

      assertThat(node.violations).as("seed %d", seed).isEmpty();
      assertThat(alone.violations).as("seed %d, alone", seed).isEmpty();
      assertThat(ofQuiet(node)).as("seed %d", seed).isEqualTo(ofQuiet(alone));
      assertThat(node.answers).as("seed %d", seed).doesNotContain(PodsOfANode.NO_ANSWER);
      node.answers.forEach(it -> kinds.add(it.replaceAll("^[^:]*: (\\S+).*", "$1")));
    }
    return kinds;
  }

  @Test
  void after_a_restart_in_an_outage_every_grant_serves_what_was_cached() {
    var node = new PodsOfANode();
    node.trusted.add("quiet-0 quiet");
    node.read("quiet-0", QUIET, "s0");
    node.time.advance(Duration.ofMinutes(30));
    node.down.addAll(EVERYBODYS);
    node.down.remove("keys");
    node.restart();
    node.read("quiet-0", QUIET, "s0");
    node.read("quiet-1", QUIET, "s0");
    node.time.advance(Duration.ofSeconds(1));
    assertThat(node.answers)
        .containsExactly(
            "quiet-0 quiet s0: MISS quiet s0 v0",
            "quiet-0 quiet s0: STALE quiet s0 v0",
            "quiet-1 quiet s0: UNAVAILABLE");
    assertThat(node.violations).isEmpty();
  }
}
