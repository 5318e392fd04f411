package dev.kmsagent.bootstrap.soak;

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
import java.util.HashMap;
import java.util.List;
import java.util.Random;

/**
 * What the agents depend on fails in every way: one after the other KMS, and STS together with the
 * metadata service; and Redis meanwhile. The next outage begins when all agents work as before.
 */
final class Outages {
  private static final Duration LENGTH = Duration.ofSeconds(3);

  /** As many faults as last a key, since agents ask for keys six times a minute. */
  private static final int FAULTS_OF_IDENTITY = 4;

  /** The agent asks for a key six times a minute, and calls a KMS that throttled twice a minute. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final Testbed testbed;
  private final Judge judge;
  private final Loops loops;
  private final Random random;
  private final boolean withLongOutage;

  /** Whether an agent works again in one respect. */
  private interface Check {
    boolean passes(Target target) throws IOException;
  }

  /**
   * @param withLongOutage whether KMS is once away for longer than values may be stale
   */
  Outages(Testbed testbed, Judge judge, Loops loops, Random random, boolean withLongOutage) {
    this.testbed = testbed;
    this.judge = judge;
    this.loops = loops;
    this.random = random;
    this.withLongOutage = withLongOutage;
  }

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
    var kms = testbed.workload().emulator().kms();
    var rounds = new ArrayList<Loops.Round>();
    var throttling = new ArrayList<Loops.Round>();
    for (var outage : Outage.ofKms()) {
      if (outage.name().contains("throttles")) {
        throttling.add(() -> failKms(outage.name(), Effect.THROTTLED, LENGTH, outage.strike()));
      } else if (outage.meaning() != Meaning.REFUSAL) {
        var effect =
            outage.meaning() == Meaning.OURSELVES ? Effect.IDENTITY_REFUSED : Effect.UNAVAILABLE;
        rounds.add(() -> failKms(outage.name(), effect, LENGTH, outage.strike()));
      }
    }
    rounds.add(() -> failKms("KMS is away", Effect.UNAVAILABLE, LENGTH, _ -> kms.stop()));
    rounds.add(
        () ->
            failKms(
                "KMS rejects every key that was issued",
                Effect.IDENTITY_REFUSED,
                Duration.ZERO,
                Workload::revokeKeys));
    if (withLongOutage) {
      var longer = Testbed.MAX_STALE.plusSeconds(15);
      rounds.add(
          () -> failKms("KMS is away for long", Effect.UNAVAILABLE, longer, _ -> kms.stop()));
    }
    rounds.addAll(ofIdentity(Effect.UNAVAILABLE));
    rounds.addAll(ofIdentity(Effect.IDENTITY_REFUSED));
    Collections.shuffle(rounds, random);
    rounds.addAll(throttling);
    return rounds;
  }

  private void failKms(String name, Effect effect, Duration length, Outage.Strike strike)
      throws Exception {
    var window = begin(name, effect);
    strike.on(testbed.workload());
    loops.pause(length);
    mend();
    awaitKms(name);
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
        new ArrayList<>(
            outages.stream()
                .filter(it -> !it.name().startsWith("the role is gone"))
                .filter(
                    it -> (it.meaning() == Meaning.REFUSAL) == (effect == Effect.IDENTITY_REFUSED))
                .toList());
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
      one.strike().on(testbed.workload());
      other.strike().on(testbed.workload());
      loops.pause(LENGTH.plusMillis(500));
      mend();
    }
    awaitKeys();
    window.end();
  }

  private void mend() throws IOException {
    var workload = testbed.workload();
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
    var redis = testbed.redis();
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
    await("uses Redis after: " + how, Target::usesRedis);
  }

  private void awaitKms(String after) throws IOException, InterruptedException {
    await("reads from KMS after: " + after, this::readsFromKms);
  }

  private boolean readsFromKms(Target target) throws IOException {
    var secret = testbed.secrets().stream().filter(one -> !one.isRefused()).findFirst();
    var name = secret.orElseThrow().name() + "&refreshNow=true";
    return target.read(name, testbed.token()).status() == 200;
  }

  /** Until each of them has another key than when this began, and has read from KMS. */
  private void awaitKeys() throws IOException, InterruptedException {
    var renewals = new HashMap<Target, Double>();
    for (var target : testbed.targets()) {
      renewals.put(target, target.renewals());
    }
    await("gets a key", target -> target.renewals() > renewals.getOrDefault(target, 0.0));
    awaitKms("no keys");
  }

  /** Until each of them serves the current version of every secret, after the last outage. */
  void awaitCurrent() throws IOException, InterruptedException {
    mend();
    for (var secret : testbed.secrets()) {
      await("serves the current " + secret, target -> isCurrent(target, secret));
    }
  }

  private boolean isCurrent(Target target, KmsSecret secret) throws IOException {
    var answer = target.read(secret.name(), testbed.token());
    return answer.status() == 200
        && !answer.cacheStatus().contains("stale-if-error")
        && secret.versionOf(answer.text("SecretData")) == secret.current();
  }

  private void await(String what, Check check) throws IOException, InterruptedException {
    var begin = System.nanoTime();
    for (var target : testbed.targets()) {
      while (!loops.isEnded() && !check.passes(target)) {
        if (System.nanoTime() - begin > LIMIT.toNanos()) {
          judge.fail(target, "not within " + LIMIT + ": " + what);
          return;
        }
        loops.pause(INTERVAL);
      }
    }
  }
}
