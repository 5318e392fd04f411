package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.AgentAnswer;
import dev.kmsagent.bootstrap.e2e.KeptConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;

/** Waits until agents work as before, after what they depend on was mended. */
final class Recovery {
  /** The agent asks for a key six times a minute, and calls a KMS that throttled twice a minute. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private static final String RENEWALS =
      "kms_agent_credentials_renewals_total{result=\"obtained\"} ";

  private final Testbed testbed;
  private final Judge judge;
  private final Loops loops;

  /** Whether an agent works again in one respect. */
  private interface Check {
    boolean passes(Target target) throws IOException;
  }

  Recovery(Testbed testbed, Judge judge, Loops loops) {
    this.testbed = testbed;
    this.judge = judge;
    this.loops = loops;
  }

  /** Until each of them has read from KMS. */
  void awaitKms(String after) throws IOException, InterruptedException {
    await("reads from KMS after: " + after, this::reads);
  }

  /** Until each of them has another key than when this began, and has read from KMS. */
  void awaitKeys(String after) throws IOException, InterruptedException {
    var renewals = new HashMap<Target, Double>();
    for (var target : testbed.targets()) {
      renewals.put(target, renewals(target));
    }
    await(
        "gets keys after: " + after,
        target -> renewals(target) > renewals.getOrDefault(target, 0.0));
    awaitKms(after);
  }

  /** Until each of them uses Redis. */
  void awaitRedis(String after) throws IOException, InterruptedException {
    await("uses Redis after: " + after, Recovery::shares);
  }

  /** Until each of them serves the current version of every secret, after the last fault. */
  void awaitCurrent() throws IOException, InterruptedException {
    for (var secret : testbed.secrets()) {
      await("serves the current " + secret, target -> isCurrent(target, secret));
    }
  }

  private boolean isCurrent(Target target, KmsSecret secret) throws IOException {
    var request = KeptConnection.read(secret.name(), testbed.token().now().value());
    var answer = KeptConnection.exchange(target.process().port(), request);
    var reply = new ApplicationReply(answer);
    return !reply.isStale() && secret.isCurrent(reply.value());
  }

  private void await(String what, Check check) throws IOException, InterruptedException {
    var begin = System.nanoTime();
    for (var target : testbed.targets()) {
      while (!loops.isEnded() && !check.passes(target)) {
        if (System.nanoTime() - begin > LIMIT.toNanos()) {
          judge.fail(target, begin, System.nanoTime(), "not within " + LIMIT + ": " + what);
          return;
        }
        loops.pause(INTERVAL);
      }
    }
  }

  private boolean reads(Target target) throws IOException {
    var secret = testbed.secrets().stream().filter(one -> !one.isRefused()).findFirst();
    var name = secret.orElseThrow().name() + "&refreshNow=true";
    var request = KeptConnection.read(name, testbed.token().now().value());
    return KeptConnection.exchange(target.process().port(), request).status() == 200;
  }

  private static double renewals(Target target) throws IOException {
    return page(target, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(RENEWALS))
        .mapToDouble(line -> Double.parseDouble(line.substring(RENEWALS.length())))
        .sum();
  }

  private static AgentAnswer page(Target target, String path) throws IOException {
    var port = target.process().management().port();
    return KeptConnection.exchange(port, KeptConnection.request(path));
  }

  private static boolean shares(Target target) throws IOException {
    var dependencies = page(target, "/readyz").json().getAsJsonObject("dependencies");
    return dependencies.getAsJsonObject("shared_cache").get("status").getAsString().equals("UP");
  }
}
