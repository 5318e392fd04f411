package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.bootstrap.simulation.Invariants.Asked;
import dev.kmsagent.bootstrap.simulation.Invariants.Served;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Reading;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Refusal;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * No agent that knows of a refusal serves what was read before it, no other does so for long, and
 * what Redis was told to be refused does not come back. Judged by true time, and by all that KMS
 * and Redis did.
 */
final class RefusalInvariants {
  private final Simulation simulation;
  private final ReadInvariants reads;
  private final Map<SharingAgent, List<Known>> known = new HashMap<>();
  private final Map<SharingAgent, Map<Integer, Refusal>> revived = new HashMap<>();
  private final Map<Envelope, Reading> entries = new HashMap<>();
  private final Map<Envelope, Told> tombstones = new HashMap<>();

  /** What the agent that got it, or Redis, had an entry of: others only are not told. */
  private final Set<Refusal> toldOthers = new HashSet<>();

  private final Set<Asked> unanswered = new HashSet<>();
  private final Set<SharingAgent> failing = new HashSet<>();
  private final Map<SharingAgent, Instant> delayed = new HashMap<>();

  /** A refusal that an agent knows of. */
  private record Known(Refusal refusal, Instant at, Instant date) {
    boolean forbids(Served it) {
      return refusal.forbids(it.reading(), it.query());
    }
  }

  /** A refusal, and the date of its tombstone by the clock of Redis. */
  private record Told(Refusal refusal, Instant date) {}

  RefusalInvariants(Simulation simulation, ReadInvariants reads) {
    this.simulation = simulation;
    this.reads = reads;
  }

  /** A process that starts knows only what is in the folder of its agent. */
  void restarted(SharingAgent agent) {
    var restarts = simulation.invariants.restarts;
    known
        .getOrDefault(agent, new ArrayList<>())
        .removeIf(it -> !restarts.outlives(agent, it.refusal(), it.at()));
    revived.remove(agent);
    unanswered.removeIf(asked -> asked.agent() == agent);
    failing.remove(agent);
    delayed.remove(agent);
  }

  /** The outcome of a read from KMS that an agent got. */
  void received(SharingAgent agent, SecretQuery query, FetchOutcome outcome) {
    var asked = new Asked(agent, query);
    switch (outcome) {
      case NoSecret.Unavailable _, NoSecret.IdentityRefused _ -> {
        unanswered.add(asked);
        failing.add(agent);
      }
      case Fetched _ -> answered(asked);
      case NoSecret.Refused refused -> {
        answered(asked);
        var refusal = simulation.kms.refusal(refused.error());
        knows(agent, new Told(refusal, simulation.store.clock()));
        simulation.invariants.restarts.received(refusal);
      }
    }
  }

  private void answered(Asked asked) {
    unanswered.remove(asked);
    failing.remove(asked.agent());
  }

  private void knows(SharingAgent agent, Told told) {
    known
        .computeIfAbsent(agent, _ -> new ArrayList<>())
        .add(new Known(told.refusal(), simulation.now(), told.date()));
  }

  private Stream<Known> known(SharingAgent agent) {
    return known.getOrDefault(agent, List.of()).stream();
  }

  /** Redis kept an entry of an agent. */
  void kept(SharingAgent agent, EntryKey key, Envelope entry) {
    if (agent.codec().open(key, entry).orElseThrow() instanceof Content.Entry content) {
      var reading = simulation.kms.reading(content.secret());
      entries.put(entry, reading);
      reads.shared(reading);
      simulation.invariants.restarts.kept(key, reading);
    }
  }

  /** An agent is about to write a tombstone: of the refusal that it got when that is dated. */
  void revoking(SharingAgent agent, EntryKey key, Envelope tombstone, RevokeCondition condition) {
    var codec = agent.codec();
    var at = codec.open(key, tombstone).orElseThrow().at();
    known(agent)
        .filter(it -> codec.key(it.refusal().query()).hash().equals(key.hash()))
        .min((one, other) -> distance(one, at).compareTo(distance(other, at)))
        .map(Known::refusal)
        .ifPresent(
            refusal -> {
              tombstones.put(tombstone, new Told(refusal, at));
              if (condition == RevokeCondition.ALWAYS) {
                toldOthers.add(refusal);
              }
            });
  }

  /** Redis has a tombstone. */
  void revoked(Envelope tombstone) {
    var told = tombstones.get(tombstone);
    if (told != null) {
      toldOthers.add(told.refusal());
      reads.shared(told.refusal());
    }
  }

  private static Duration distance(Known known, Instant date) {
    return Duration.between(known.date(), date).abs();
  }

  /** Redis makes up an answer; gives what happens when the agent gets it. */
  Runnable answered(SharingAgent agent, StoredEntries answer) {
    var told =
        Stream.of(answer.gone(), answer.entry())
            .flatMap(Optional::stream)
            .flatMap(envelope -> Stream.ofNullable(tombstones.get(envelope)))
            .toList();
    var reading = answer.entry().map(entries::get);
    var revoked = reading.flatMap(this::revokedBefore);
    return () -> {
      told.forEach(it -> knows(agent, it));
      revoked.ifPresent(
          refusal ->
              revived
                  .computeIfAbsent(agent, _ -> new HashMap<>())
                  .put(reading.orElseThrow().number(), refusal));
    };
  }

  /** The refusal that Redis was told of before, and that forbids a reading that it has. */
  private Optional<Refusal> revokedBefore(Reading reading) {
    return reads
        .inRedis()
        .flatMap(one -> one.answer() instanceof Refusal it ? Stream.of(it) : Stream.empty())
        .filter(refusal -> refusal.forbids(reading, reading.query()))
        .findFirst();
  }

  void served(Served it) {
    if (it.isLate(simulation.now())) {
      delayed.put(it.agent(), simulation.now());
    }
    isNotKnownToBeRefused(it);
    isNotRefusedForLong(it);
    isNotRevived(it);
  }

  private void isNotKnownToBeRefused(Served it) {
    known(it.agent())
        .filter(one -> one.at().isBefore(it.start()) && one.forbids(it))
        .findFirst()
        .ifPresent(
            one ->
                simulation.trace.broken(
                    "known refusal", it + ", and knows of " + told(one.refusal())));
  }

  private void isNotRefusedForLong(Served it) {
    var since = simulation.kms.refusedSince(it.reading().subject());
    var freshFor = simulation.policy.ttl().plus(simulation.clockDifference());
    if (since.isPresent()
        && it.reading().decided().isBefore(since.get())
        && simulation.now().isAfter(since.get().plus(freshFor))
        && !mayNotKnow(it)) {
      simulation.trace.broken(
          "refused for a TTL", it + ", which KMS refuses since " + Trace.seconds(since.get()));
    }
  }

  /** Whether it could hear of the refusal neither from KMS nor from Redis. */
  private boolean mayNotKnow(Served it) {
    return mayNotReachKms(it.agent(), it.query())
        && (!it.agent().reachesStore()
            || simulation.agents.stream().noneMatch(other -> couldTell(other, it)));
  }

  /**
   * After a failure, of this secret or as the last of all, the next read is served stale, however
   * late it comes: it tries KMS again. A read that waits for KMS, or for the leader, is served
   * stale after a while, and others until KMS or the leader have answered.
   */
  private boolean mayNotReachKms(SharingAgent agent, SecretQuery query) {
    return agent.mayNotReachKms()
        || failing.contains(agent)
        || unanswered.contains(new Asked(agent, query))
        || delayed
            .getOrDefault(agent, Instant.MIN)
            .isAfter(simulation.now().minus(Invariants.REQUEST));
  }

  private boolean couldTell(SharingAgent other, Served it) {
    return other != it.agent()
        && other.reachesStore()
        && known(other)
            .anyMatch(
                one ->
                    one.at().isBefore(simulation.now().minus(SharingAgent.PROPAGATION))
                        && toldOthers.contains(one.refusal())
                        && one.at().isAfter(simulation.store.lastLoss())
                        && one.forbids(it));
  }

  private static String told(Refusal refusal) {
    return "the refusal to " + refusal.agent() + " at " + Trace.seconds(refusal.decided());
  }

  private void isNotRevived(Served it) {
    var refusal = revived.getOrDefault(it.agent(), Map.of()).get(it.reading().number());
    if (refusal != null
        && !it.reading().agent().equals(it.agent().toString())
        && simulation.kms.refusedSince(it.reading().subject()).isPresent()) {
      simulation.trace.broken("revoked stays revoked", it + ", from Redis, after " + told(refusal));
    }
  }
}
