package dev.kmsagent.bootstrap.soak;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;

import dev.kmsagent.bootstrap.e2e.Outage;
import dev.kmsagent.bootstrap.e2e.Outage.Meaning;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.bootstrap.soak.Judge.Effect;
import dev.kmsagent.emulator.identity.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the agents depend on fails in every way: one after the other KMS, and STS together with the
 * metadata service; and Redis meanwhile. The next outage begins when all agents work as before.
 *
 * @param withLongOutage whether KMS is once away for longer than values may be stale
 */
record Outages(Testbed testbed, Judge judge, Loops loops, Random random, boolean withLongOutage) {
  private static final Duration LENGTH = Duration.ofSeconds(3);

  /** As many faults as last a key, since agents ask for keys six times a minute. */
  private static final int FAULTS_OF_IDENTITY = 4;

  /** The agent asks for a key six times a minute, and calls a KMS that throttled twice a minute. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private static final Outage AWAY =
      new Outage("KMS is away", Meaning.TRANSIENT, List.of(), it -> it.emulator().kms().stop());
  private static final Outage KEYS_REVOKED =
      new Outage(
          "KMS rejects every key that was issued",
          Meaning.OURSELVES,
          List.of(),
          Workload::revokeKeys);

  void start() {
    loops.repeat("outages of the cloud", () -> run(ofTheCloud()));
    loops.repeat("outages of Redis", () -> run(ofRedis()));
  }

  private void run(List<Loops.Round> rounds) throws Exception {
    for (var round : rounds) {
      if (!loops.isEnded()) {
        round.run();
        loops.pause(Duration.ofSeconds(1));
      }
    }
  }

  /** Throttling comes last, since it has the longest effect. */
  private List<Loops.Round> ofTheCloud() {
    var rounds = new ArrayList<Loops.Round>();
    var throttling = new ArrayList<Loops.Round>();
    Stream.concat(Outage.ofKms().stream(), Stream.of(AWAY, KEYS_REVOKED))
        .filter(outage -> outage.meaning() != Meaning.REFUSAL)
        .forEach(
            outage ->
                (effect(outage) == Effect.THROTTLED ? throttling : rounds)
                    .add(() -> failKms(outage, LENGTH)));
    if (withLongOutage) {
      rounds.add(() -> failKms(AWAY, Testbed.MAX_STALE.plusSeconds(15)));
    }
    rounds.addAll(ofIdentity(Effect.UNAVAILABLE));
    rounds.addAll(ofIdentity(Effect.IDENTITY_REFUSED));
    Collections.shuffle(rounds, random);
    rounds.addAll(throttling);
    return rounds;
  }

  private static Effect effect(Outage outage) {
    if (outage.name().contains("throttles")) {
      return Effect.THROTTLED;
    }
    return outage.meaning() == Meaning.OURSELVES ? Effect.IDENTITY_REFUSED : Effect.UNAVAILABLE;
  }

  private void failKms(Outage outage, Duration length) throws Exception {
    var window = begin(outage.name(), effect(outage));
    outage.strike().on(testbed.workload);
    loops.pause(length);
    mend();
    if (effect(outage) == Effect.IDENTITY_REFUSED) {
      awaitKeys();
    }
    awaitKms(outage.name());
    window.end();
  }

  private Judge.Window begin(String name, Effect effect) {
    judge.note(name);
    judge.count("outages", 1);
    return judge.begin(effect);
  }

  /** Those of STS and of the metadata service that are refusals, or those that are not. */
  private List<Loops.Round> ofIdentity(Effect effect) {
    var sts = shuffled(Outage.ofSts(), effect);
    var metadata = shuffled(Outage.ofMetadata(), effect);
    var rounds = new ArrayList<Loops.Round>();
    for (int i = 0; i < sts.size(); i += FAULTS_OF_IDENTITY) {
      var first = i;
      rounds.add(() -> failIdentity(sts, metadata, first, effect));
    }
    return rounds;
  }

  /** A role that is really gone would have KMS refuse every secret. */
  private List<Outage> shuffled(List<Outage> outages, Effect effect) {
    var some =
        outages.stream()
            .filter(it -> !it.name().startsWith("the role is gone"))
            .filter(it -> (it.meaning() == Meaning.REFUSAL) == (effect == Effect.IDENTITY_REFUSED))
            .collect(toCollection(ArrayList::new));
    Collections.shuffle(some, random);
    return some;
  }

  private void failIdentity(List<Outage> sts, List<Outage> metadata, int first, Effect effect)
      throws Exception {
    var window = begin("STS and the metadata service fail", effect);
    for (int i = first; i < first + FAULTS_OF_IDENTITY && !loops.isEnded(); i++) {
      var one = sts.get(i % sts.size());
      var other = metadata.get(i % metadata.size());
      judge.note(one + ", " + other);
      one.strike().on(testbed.workload);
      other.strike().on(testbed.workload);
      loops.pause(LENGTH.plusMillis(500));
      mend();
    }
    awaitKeys();
    awaitKms("no keys");
    window.end();
  }

  private void mend() throws IOException {
    var workload = testbed.workload;
    var emulator = workload.emulator();
    for (var service : List.of(emulator.kms(), emulator.sts(), emulator.metadata())) {
      service.faults().clear();
      service.start();
    }
    emulator.roles().put(Role.named(Workload.ROLE));
    emulator.instance().attachRole(Workload.ROLE);
    if (Files.isDirectory(workload.tokenFile())) {
      Files.delete(workload.tokenFile());
    }
    workload.issue(workload.token());
  }

  /** Each by a command, and another that mends it. */
  private List<Loops.Round> ofRedis() {
    var redis = testbed.redis;
    var rounds = new ArrayList<Loops.Round>();
    rounds.add(() -> failRedis("is killed, and starts empty", redis::kill, redis::restart));
    rounds.add(() -> failRedis("hangs (SIGSTOP)", redis::pause, redis::resume));
    var byCommands =
        """
        is slow | DEBUG SLEEP 3 | PING
        loses its data | FLUSHALL | PING
        closes all connections | CLIENT KILL TYPE normal | PING
        is full | CONFIG SET maxmemory 1 | CONFIG SET maxmemory 0
        is a replica | REPLICAOF 127.0.0.1 1 | REPLICAOF NO ONE
        forbids all commands | ACL SETUSER default -@all +acl | ACL SETUSER default +@all
        """;
    for (var line : byCommands.lines().toList()) {
      var parts = line.split(" \\| ", -1);
      rounds.add(
          () ->
              failRedis(
                  parts[0],
                  () -> redis.configure(parts[1].split(" ", -1)),
                  () -> redis.configure(parts[2].split(" ", -1))));
    }
    Collections.shuffle(rounds, random);
    return rounds;
  }

  /** No read may fail for it. */
  private void failRedis(String how, Runnable strike, Runnable mend) throws Exception {
    judge.note("Redis " + how);
    judge.count("outages of Redis", 1);
    strike.run();
    loops.pause(LENGTH);
    mend.run();
    await("uses Redis after: " + how, it -> it.isUp("shared_cache"));
  }

  private void awaitKms(String after) throws InterruptedException {
    await("reads from KMS after: " + after, this::readsFromKms);
  }

  /** By itself: with an open breaker it may still be given what another has read. */
  private boolean readsFromKms(Target target) {
    var secret = testbed.secrets.stream().filter(one -> !one.isRefused()).findFirst();
    var name = secret.orElseThrow().name() + "&refreshNow=true";
    return target.read(name, testbed.token()).status() == 200 && target.isUp("breaker");
  }

  /**
   * Until each of them has another key than when this began: without one, it may still be given
   * what another has read.
   */
  private void awaitKeys() throws InterruptedException {
    var before = testbed.targets.stream().collect(toMap(it -> it, Target::renewals));
    await("gets a key", target -> target.renewals() > before.getOrDefault(target, 0.0));
  }

  /** Until each of them serves the current version of every secret, after the last outage. */
  void awaitCurrent() throws IOException, InterruptedException {
    mend();
    for (var secret : testbed.secrets) {
      await("serves the current " + secret, target -> isCurrent(target, secret));
    }
  }

  private boolean isCurrent(Target target, KmsSecret secret) {
    var answer = target.read(secret.name(), testbed.token());
    return answer.status() == 200
        && !answer.cacheStatus().contains("stale-if-error")
        && secret.versionOf(answer.text("SecretData")) == secret.current();
  }

  /** Until each agent works again in one respect. */
  private void await(String what, Predicate<Target> check) throws InterruptedException {
    var begin = System.nanoTime();
    for (var target : testbed.targets) {
      while (!loops.isEnded() && !check.test(target)) {
        if (System.nanoTime() - begin > LIMIT.toNanos()) {
          judge.fail(target, "not within " + LIMIT + ": " + what);
          return;
        }
        loops.pause(INTERVAL);
      }
    }
  }
}
