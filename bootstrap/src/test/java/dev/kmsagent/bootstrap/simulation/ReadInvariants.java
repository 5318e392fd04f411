package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Invariants.Asked;
import dev.kmsagent.bootstrap.simulation.Invariants.Served;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Reading;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Refusal;
import dev.kmsagent.domain.CacheState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What an agent serves is of its own principal, fresh for a TTL at most, not past its stale bound,
 * and no older than what it has served before, or than what another one has told Redis: every agent
 * knows that after the TTL of a copy and one exchange, for as long as Redis answers, and has not
 * lost it.
 */
final class ReadInvariants {
  /** Of a copy, and the drift of clocks. */
  private static final Duration LOCAL_TTL = SharingAgent.LOCAL_TTL.plusMillis(1);

  private final Simulation simulation;
  private final Map<Asked, Latest> latest = new HashMap<>();
  private final List<Shared> shared = new ArrayList<>();

  /** What was served last, and when. */
  private record Latest(Reading reading, Instant at) {}

  /** What Redis was told, and when. */
  record Shared(KmsAnswer answer, Instant at) {}

  ReadInvariants(Simulation simulation) {
    this.simulation = simulation;
  }

  /** A process that starts remembers nothing. */
  void restarted(SharingAgent agent) {
    latest.keySet().removeIf(asked -> asked.agent() == agent);
  }

  /** Redis has an entry of a reading, or a tombstone of a refusal. */
  void shared(KmsAnswer answer) {
    shared.add(new Shared(answer, simulation.now()));
  }

  /** What Redis was told since it lost something. */
  Stream<Shared> inRedis() {
    return shared.stream().filter(one -> one.at().isAfter(simulation.store.lastLoss()));
  }

  void served(Served it) {
    isOwn(it);
    isFresh(it);
    isNoOlder(it);
    if (it.agent().reachesStore() && !it.isLate(simulation.now())) {
      isNotOutdated(it);
    }
  }

  private void isOwn(Served it) {
    var subject = it.reading().subject();
    if (!subject.principal().equals(it.agent().principal)
        || !subject.plainName().equals(it.query().name().plain())
        || !it.value().equals(KmsModel.value(subject, it.reading().version()))) {
      simulation.trace.broken("own secret", it + ", which is of " + subject);
    }
  }

  private void isFresh(Served it) {
    var age = Duration.between(it.reading().begun(), simulation.now());
    var ttl = simulation.policy.ttl().plus(simulation.clockDifference());
    if (it.state() == CacheState.HIT && age.compareTo(ttl) > 0) {
      simulation.trace.broken("fresh for a TTL", it + ", which was read " + age + " ago");
    }
    if (age.compareTo(ttl.plus(simulation.policy.maxStale())) > 0) {
      simulation.trace.broken("stale bound", it + ", which was read " + age + " ago");
    }
  }

  /** Of two readings at the same time either may be the later one. */
  private void isNoOlder(Served it) {
    var asked = new Asked(it.agent(), it.query());
    var before = latest.get(asked);
    if (before != null && it.start().isAfter(before.at()) && isBefore(it, before.reading())) {
      simulation.trace.broken(
          "no older read",
          "%s at %s, after what %s read at %s"
              .formatted(
                  it,
                  Trace.seconds(it.reading().begun()),
                  before.reading().agent(),
                  Trace.seconds(before.reading().begun())));
    }
    if (before == null || it.reading().begun().isAfter(before.reading().begun())) {
      latest.put(asked, new Latest(it.reading(), simulation.now()));
    }
  }

  /** By the clock of Redis. */
  private boolean isBefore(Served it, KmsAnswer later) {
    return it.reading().decided().plus(simulation.clockDifference()).isBefore(later.begun());
  }

  private void isNotOutdated(Served it) {
    inRedis()
        .filter(one -> one.at().plus(LOCAL_TTL).isBefore(it.start()))
        .filter(one -> outdates(one.answer(), it))
        .filter(one -> !isOwn(it, one))
        .map(Shared::answer)
        .findFirst()
        .ifPresent(
            answer ->
                simulation.trace.broken(
                    "seen within the TTL of a copy",
                    "%s, although Redis has what KMS told %s at %s"
                        .formatted(it, answer.agent(), Trace.seconds(answer.decided()))));
  }

  private boolean outdates(KmsAnswer answer, Served it) {
    return answer instanceof Refusal refusal
        ? refusal.forbids(it.reading(), it.query())
        : answer.subject().equals(it.reading().subject())
            && answer.query().equals(it.query())
            && isBefore(it, answer);
  }

  /** Whether the agent has read it itself, and may have got it after Redis was told. */
  private static boolean isOwn(Served it, Shared later) {
    return it.reading().agent().equals(it.agent().toString())
        && it.reading().begun().plus(Invariants.REQUEST).isAfter(later.at());
  }
}
