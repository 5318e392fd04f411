package dev.kmsagent.bootstrap.soak;

import com.google.gson.JsonParser;
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
    var path = ApplicationConnection.target(secret.orElseThrow().name()) + "&refreshNow=true";
    var shown = ApplicationConnection.field(testbed.token().now().value());
    var response = ApplicationConnection.getOnce(target.process().port(), path, shown);
    return ApplicationReply.of(response).isFound();
  }

  private static double renewals(Target target) throws IOException {
    var page = ApplicationConnection.getOnce(target.process().management().port(), "/metrics", "");
    return page.lines()
        .filter(line -> line.startsWith(RENEWALS))
        .mapToDouble(line -> Double.parseDouble(line.substring(RENEWALS.length())))
        .sum();
  }

  private static boolean shares(Target target) throws IOException {
    var page = ApplicationConnection.getOnce(target.process().management().port(), "/readyz", "");
    var body = JsonParser.parseString(page.substring(page.indexOf("\r\n\r\n") + 4));
    var dependencies = body.getAsJsonObject().getAsJsonObject("dependencies");
    return dependencies.getAsJsonObject("shared_cache").get("status").getAsString().equals("UP");
  }
}
