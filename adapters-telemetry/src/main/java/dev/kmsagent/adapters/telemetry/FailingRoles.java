package dev.kmsagent.adapters.telemetry;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The roles that STS or KMS refuse, or whose calls fail: each until its next success, or for a
 * quarter of an hour after its last failure, since it may not be used any more. A role by another
 * subject is another one, so that no caller makes the role of others appear as failing.
 * Thread-safe.
 */
final class FailingRoles {
  /** One more takes the place of the oldest one of the namespace that has most. */
  static final int MOST = 100;

  /** The newest one of each namespace goes first, then the second of each, and so on. */
  private static final int SHOWN = 20;

  private static final Duration MEMORY = Duration.ofMinutes(15);

  /** By subject and role; the one that failed last is the last. */
  private final SequencedMap<Caller, Failing> failing = new LinkedHashMap<>();

  private record Failing(Caller caller, Instant since, Instant last, NoSecret reason) {
    String namespace() {
      return caller.subject().namespace();
    }

    @Override
    public String toString() {
      return "%s as %s: %s, since %s"
          .formatted(
              caller.role(),
              caller.subject(),
              HealthHandler.outcome(reason),
              since.truncatedTo(ChronoUnit.SECONDS));
    }
  }

  synchronized void failed(Caller caller, NoSecret reason, Instant now) {
    var before = failing.remove(caller);
    var since = before == null ? now : before.since();
    failing.putLast(caller, new Failing(caller, since, now, reason));
    if (failing.size() > MOST) {
      var counts =
          failing.values().stream()
              .collect(groupingBy(Failing::namespace, HashMap::new, counting()));
      var most = Collections.max(counts.values());
      var inIt = failing.values().stream().filter(it -> most.equals(counts.get(it.namespace())));
      failing.remove(inIt.findFirst().orElseThrow().caller());
    }
  }

  synchronized void succeeded(Caller caller) {
    failing.remove(caller);
  }

  synchronized Dependency dependency(Instant now) {
    failing.values().removeIf(it -> Duration.between(it.last(), now).compareTo(MEMORY) > 0);
    if (failing.isEmpty()) {
      return new Dependency(Status.UP, "No role fails.");
    }
    var newest = failing.lastEntry().getValue();
    return HealthHandler.failing(
            Status.DEGRADED,
            "Roles that fail: " + failing.size() + (failing.size() < MOST ? "." : " or more."),
            newest.since(),
            MetricLabels.of(newest.reason()),
            newest.reason().code(),
            symptom(newest.reason()))
        .naming(shown());
  }

  private static String symptom(NoSecret reason) {
    return switch (MetricLabels.of(reason)) {
      case "refused" -> "refusals";
      case "credentials" -> "sts-down";
      default -> "kms-down";
    };
  }

  private List<String> shown() {
    record Ranked(int rank, Failing it) {}
    var ranks = new HashMap<String, Integer>();
    return failing.reversed().values().stream()
        .map(it -> new Ranked(ranks.merge(it.namespace(), 1, Integer::sum), it))
        .sorted(Comparator.comparingInt(Ranked::rank))
        .limit(SHOWN)
        .map(it -> it.it().toString())
        .toList();
  }
}
