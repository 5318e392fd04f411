package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.bootstrap.simulation.KmsHistory.Reading;
import dev.kmsagent.bootstrap.simulation.KmsHistory.Refusal;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.VirtualTime;
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
import org.jspecify.annotations.Nullable;

/** What must hold at every step, judged by true time and by all that KMS and Redis did. */
final class Invariants {
  /** Until an agent that can reach Redis knows what others wrote there. */
  private static final Duration PROPAGATION = Duration.ofSeconds(20);

  /** Until an agent calls KMS again after an outage: back-off and circuit breaker. */
  private static final Duration KMS_RECOVERY = Duration.ofSeconds(60);

  /** The default deadline of a request. */
  private static final Duration REQUEST = Duration.ofSeconds(10);

  /** After which a read that waits is served stale: the default, and the drift of clocks. */
  private static final Duration STALE_AFTER = Duration.ofMillis(499);

  private final VirtualTime time;
  private final KmsHistory history;
  private final KmsModel kms;
  private final SimulatedRedis redis;
  private final FreshnessPolicy policy;
  private final Duration clockTolerance;
  private final List<SharingAgent> agents;
  private final Map<SharingAgent, List<Known>> known = new HashMap<>();
  private final Map<SharingAgent, Map<Integer, Refusal>> revived = new HashMap<>();
  private final Map<Envelope, Reading> entries = new HashMap<>();
  private final Map<Envelope, Refusal> tombstones = new HashMap<>();
  private final Map<String, List<Stored>> stored = new HashMap<>();
  private final Set<Asked> unanswered = new HashSet<>();
  private final Map<SharingAgent, Instant> delayed = new HashMap<>();
  private @Nullable Violation violation;

  /** A refusal that an agent knows of. */
  private record Known(Refusal refusal, Instant at, Instant wall) {}

  /** Which agent asked KMS for what. */
  private record Asked(SharingAgent agent, SecretQuery query) {}

  /** A refusal that Redis was told of. */
  private record Stored(Refusal refusal, Instant at) {}

  Invariants(
      VirtualTime time,
      KmsHistory history,
      KmsModel kms,
      SimulatedRedis redis,
      FreshnessPolicy policy,
      Duration clockTolerance,
      List<SharingAgent> agents) {
    this.time = time;
    this.history = history;
    this.kms = kms;
    this.redis = redis;
    this.policy = policy;
    this.clockTolerance = clockTolerance;
    this.agents = agents;
  }

  Optional<Violation> violation() {
    return Optional.ofNullable(violation);
  }

  private void broken(String rule, String detail) {
    if (violation == null) {
      var at = Duration.between(VirtualTime.START, time.instant());
      violation = new Violation(rule, at, detail);
    }
  }

  /** Code of the agent threw where nobody looks. */
  void thrown(Throwable bug) {
    broken("no bug", bug.toString());
  }

  /** A process that starts knows nothing. */
  void restarted(SharingAgent agent) {
    known.remove(agent);
    revived.remove(agent);
    unanswered.removeIf(asked -> asked.agent() == agent);
    delayed.remove(agent);
  }

  /** The outcome of a read from KMS that an agent got. */
  void received(SharingAgent agent, SecretQuery query, FetchOutcome outcome) {
    var asked = new Asked(agent, query);
    switch (outcome) {
      case NoSecret.Unavailable _, NoSecret.IdentityRefused _ -> unanswered.add(asked);
      case Fetched _ -> unanswered.remove(asked);
      case NoSecret.Refused refused -> {
        unanswered.remove(asked);
        history.refusal(refused.error().requestId()).ifPresent(it -> refused(agent, it));
      }
    }
  }

  /** An agent knows of a refusal. */
  private void refused(SharingAgent agent, Refusal refusal) {
    known
        .computeIfAbsent(agent, _ -> new ArrayList<>())
        .add(new Known(refusal, time.instant(), agent.machine().wall()));
  }

  private Stream<Known> known(SharingAgent agent) {
    return known.getOrDefault(agent, List.of()).stream();
  }

  private static EntryCodec codec(Principal principal) {
    var partition = new Partition(principal, SimulatedNames.GATEWAY);
    return new EntryCodec(SimulatedNames.KEY, partition, SimulatedNames.PREFIX);
  }

  /** Redis kept an entry of an agent. */
  void kept(SharingAgent agent, EntryKey key, Envelope entry) {
    if (codec(agent.principal()).open(key, entry).orElseThrow() instanceof Content.Entry content) {
      entries.put(entry, history.reading(content.secret()));
    }
  }

  /** Redis has a tombstone of an agent. */
  void revoked(SharingAgent agent, EntryKey key, Envelope tombstone) {
    var at = codec(agent.principal()).open(key, tombstone).orElseThrow().at();
    known(agent)
        .min((one, other) -> distance(one, at).compareTo(distance(other, at)))
        .map(Known::refusal)
        .ifPresent(
            refusal -> {
              tombstones.put(tombstone, refusal);
              stored
                  .computeIfAbsent(key.hash(), _ -> new ArrayList<>())
                  .add(new Stored(refusal, time.instant()));
            });
  }

  private static Duration distance(Known known, Instant wall) {
    return Duration.between(known.wall(), wall).abs();
  }

  /** Redis makes up an answer; gives what happens when the agent gets it. */
  Runnable answered(SharingAgent agent, EntryKey key, StoredEntries answer) {
    var told =
        Stream.of(answer.gone(), answer.entry())
            .flatMap(Optional::stream)
            .flatMap(envelope -> Stream.ofNullable(tombstones.get(envelope)))
            .toList();
    var reading = answer.entry().map(entries::get);
    var revoked = reading.flatMap(it -> revokedBefore(key, it));
    return () -> {
      told.forEach(refusal -> refused(agent, refusal));
      revoked.ifPresent(
          refusal ->
              revived
                  .computeIfAbsent(agent, _ -> new HashMap<>())
                  .put(reading.orElseThrow().number(), refusal));
    };
  }

  /** The refusal that Redis was told of before, and that forbids a reading that it has. */
  private Optional<Refusal> revokedBefore(EntryKey key, Reading reading) {
    return stored.getOrDefault(key.hash(), List.of()).stream()
        .filter(it -> it.at().isAfter(redis.lastLoss()))
        .map(Stored::refusal)
        .filter(refusal -> refusal.forbids(reading, reading.query()))
        .findFirst();
  }

  /** An agent answered a client with a secret. */
  void served(SharingAgent agent, SecretQuery query, Found found, Instant start) {
    if (!(found.entry().secret() instanceof Secret secret)) {
      return;
    }
    var reading = history.reading(secret);
    if (!start.plus(STALE_AFTER).isAfter(time.instant())) {
      delayed.put(agent, time.instant());
    }
    var what = agent + " serves what " + reading.agent() + " read as " + found.state();
    isOfPrincipal(agent, query, reading, what);
    isNotKnownToBeRefused(agent, query, reading, start, what);
    isNotRefusedForLong(agent, query, reading, what);
    isNotRevived(agent, reading, what);
    isFresh(found, reading, what);
  }

  private void isOfPrincipal(SharingAgent agent, SecretQuery query, Reading reading, String what) {
    var subject = reading.subject();
    if (!subject.principal().equals(agent.principal())
        || !subject.plainName().equals(query.name().plain())) {
      broken("own secret", what + ", which is of " + subject);
    }
  }

  private void isNotKnownToBeRefused(
      SharingAgent agent, SecretQuery query, Reading reading, Instant start, String what) {
    known(agent)
        .filter(it -> it.at().isBefore(start) && it.refusal().forbids(reading, query))
        .findFirst()
        .ifPresent(it -> broken("known refusal", what + ", and knows of " + told(it.refusal())));
  }

  private void isNotRefusedForLong(
      SharingAgent agent, SecretQuery query, Reading reading, String what) {
    var since = kms.refusedSince(reading.subject());
    var now = time.instant();
    if (since.isPresent()
        && reading.decided().isBefore(since.get())
        && now.isAfter(since.get().plus(policy.ttl()).plus(clockTolerance))
        && !mayNotKnow(agent, query, reading)) {
      broken("refused for a TTL", what + ", which KMS refuses" + since(since.get()));
    }
  }

  /** Whether it could hear of the refusal neither from KMS nor from Redis. */
  private boolean mayNotKnow(SharingAgent agent, SecretQuery query, Reading reading) {
    return mayNotReachKms(agent, query)
        && (!reachesRedis(agent)
            || agents.stream().noneMatch(other -> couldTell(other, agent, query, reading)));
  }

  /**
   * After a failure the next read is served stale, however late it comes: it tries KMS again. A
   * read that waits for KMS, or for the leader, is served stale after a while, and others until KMS
   * or the leader have answered.
   */
  private boolean mayNotReachKms(SharingAgent agent, SecretQuery query) {
    return agent.kms().wasDownWithin(KMS_RECOVERY)
        || kms.hadTroubleWithin(KMS_RECOVERY)
        || unanswered.contains(new Asked(agent, query))
        || delayed.getOrDefault(agent, Instant.MIN).isAfter(time.instant().minus(REQUEST));
  }

  private boolean reachesRedis(SharingAgent agent) {
    return !redis.wasDownWithin(PROPAGATION)
        && !redis.lastLoss().isAfter(time.instant().minus(PROPAGATION))
        && !agent.link().hadTroubleWithin(PROPAGATION)
        && agent.process().ranFor(PROPAGATION);
  }

  private boolean couldTell(
      SharingAgent other, SharingAgent agent, SecretQuery query, Reading reading) {
    return other != agent
        && reachesRedis(other)
        && known(other)
            .anyMatch(
                it ->
                    it.at().isBefore(time.instant().minus(PROPAGATION))
                        && it.refusal().forbids(reading, query));
  }

  private static String told(Refusal refusal) {
    return "the refusal to " + refusal.agent() + since(refusal.decided());
  }

  private static String since(Instant date) {
    var at = Duration.between(VirtualTime.START, date);
    return String.format(" at %.3f s", at.toNanos() / 1e9);
  }

  private void isNotRevived(SharingAgent agent, Reading reading, String what) {
    var refusal = revived.getOrDefault(agent, Map.of()).get(reading.number());
    if (refusal != null
        && !reading.agent().equals(agent.toString())
        && kms.refusedSince(reading.subject()).isPresent()) {
      broken("revoked stays revoked", what + ", from Redis, after " + told(refusal));
    }
  }

  private void isFresh(Found found, Reading reading, String what) {
    var age = Duration.between(reading.begun(), time.instant());
    if (found.state() == CacheState.HIT && age.compareTo(policy.ttl().plus(clockTolerance)) > 0) {
      broken("fresh for a TTL", what + ", which was read " + age + " ago");
    }
  }
}
