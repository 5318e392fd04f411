package dev.kmsagent.bootstrap.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.bootstrap.attack.Connections;
import dev.kmsagent.bootstrap.attack.HostileRequests;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Rotates secrets, has KMS refuse some for a while, and replaces the token; and clients that mean
 * harm, one kind at a time, each against one of the agents.
 */
record Disturbances(Testbed testbed, Judge judge, Loops loops, Random random) {
  private static final Duration TICK = Duration.ofMillis(200);

  /** So many ticks, on average, are between two refusals, two tokens, and take a refusal. */
  private static final int BETWEEN_REFUSALS = 8;

  private static final int BETWEEN_TOKENS = 60;
  private static final int REFUSAL = 25;

  /** Not that of probes: the management listener has a share of connections for each address. */
  private static final String ATTACKER = "127.0.0.2";

  private static final Set<Integer> REJECTED = Set.of(400, 403, 404, 405, 414, 426, 431, 501, 505);
  private static final int HOSTILE = 2_000;
  private static final String BEGINNING = "GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";

  void start() {
    loops.repeat("changes", this::change);
    loops.repeat("attacks", this::attack);
  }

  private void change() throws IOException, InterruptedException {
    refused().filter(_ -> isTime(REFUSAL)).forEach(KmsSecret::lift);
    var secret = testbed.secrets.get(random.nextInt(testbed.secrets.size()));
    if (!secret.isRefused() && isTime(BETWEEN_REFUSALS)) {
      refuse(secret);
    } else if (!secret.isRefused()) {
      secret.rotate();
      judge.count("rotations of a secret", 1);
    }
    if (isTime(BETWEEN_TOKENS)) {
      testbed.replaceToken("token-" + random.nextLong());
      judge.count("changes of the token", 1);
    }
    loops.pause(TICK);
  }

  /** Agents remember the last refusal for a while. */
  private void refuse(KmsSecret secret) {
    var recently = System.nanoTime() - Testbed.MAX_STALE.toNanos() / 10;
    if (!secret.mayBeRefused(recently, Long.MAX_VALUE)) {
      secret.refuse();
      judge.count("refusals of a secret by KMS, later lifted", 1);
    }
  }

  private boolean isTime(int ticks) {
    return random.nextInt(ticks) == 0;
  }

  private Stream<KmsSecret> refused() {
    return testbed.secrets.stream().filter(KmsSecret::isRefused);
  }

  /** After the end: KMS refuses nothing any more. */
  void end() {
    refused().forEach(KmsSecret::lift);
  }

  private void attack() throws IOException, InterruptedException {
    var target = testbed.targets.get(random.nextInt(testbed.targets.size()));
    var main = target.process.port();
    var port = random.nextBoolean() ? main : target.process.management().port();
    var large = testbed.secrets.getFirst().name();
    var withoutToken = ClientConnection.request("/secretsmanager/get?secretId=" + large).repeat(20);
    var withToken = ClientConnection.secretRequest(large, testbed.token()).repeat(20);
    switch (random.nextInt(5)) {
      case 0 -> sendHostile(target);
      case 1 -> hold("half-sent requests", port, 300, BEGINNING + "x".repeat(7 * 1024), "");
      case 2 -> hold("requests that arrive byte by byte", port, 200, BEGINNING, "x");
      case 3 -> hold("pipelined requests without the token", main, 100, withoutToken, "");
      default -> hold("answers that are not read", main, 100, withToken, "");
    }
    loops.pause(Duration.ofMillis(500));
  }

  private void sendHostile(Target target) {
    var requests = new HostileRequests(random.nextLong(), "secret-1");
    var statuses = requests.sendTo(target.process.port(), HOSTILE, KmsSecret.MARK);
    judge.count("attack: hostile requests", HOSTILE);
    if (!REJECTED.containsAll(statuses.keySet())) {
      judge.fail(target, "hostile requests: " + statuses);
    }
  }

  /** Opens connections, sends on them, and closes them after a while. */
  private void hold(String kind, int port, int count, String first, String next)
      throws IOException, InterruptedException {
    judge.count("attack: connections with " + kind, count);
    try (var connections = new Connections(ATTACKER, port)) {
      connections.open(count, first.getBytes(ISO_8859_1));
      for (int i = 0; i < 10; i++) {
        connections.send(next.getBytes(ISO_8859_1));
        loops.pause(TICK);
      }
    }
  }
}
