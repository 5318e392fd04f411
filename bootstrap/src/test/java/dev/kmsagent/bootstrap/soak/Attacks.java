package dev.kmsagent.bootstrap.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.bootstrap.attack.Connections;
import dev.kmsagent.bootstrap.attack.Exchanges;
import dev.kmsagent.bootstrap.attack.HostileRequests;
import dev.kmsagent.bootstrap.e2e.KeptConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Clients that mean harm: one kind at a time, each against one of the agents. */
final class Attacks {
  private static final Set<Integer> REJECTED = Set.of(400, 403, 404, 405, 414, 426, 431, 501, 505);

  private static final int HOSTILE = 2_000;
  private static final String BEGINNING = "GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";
  private static final Duration HELD = Duration.ofSeconds(2);

  private final Testbed testbed;
  private final Judge judge;
  private final Loops loops;
  private final Random random;
  private final Map<String, Long> counts = new TreeMap<>();

  Attacks(Testbed testbed, Judge judge, Loops loops, Random random) {
    this.testbed = testbed;
    this.judge = judge;
    this.loops = loops;
    this.random = random;
  }

  void start() {
    loops.repeat("attacks", this::attack);
  }

  /** The requests and connections of each kind so far. */
  Map<String, Long> counts() {
    return counts;
  }

  private void attack() throws IOException, InterruptedException {
    var target = testbed.targets().get(random.nextInt(testbed.targets().size()));
    var main = target.process().port();
    var port = random.nextBoolean() ? main : target.process().management().port();
    var large = testbed.secrets().getFirst().name();
    var withoutToken = KeptConnection.request("/secretsmanager/get?secretId=" + large).repeat(20);
    var withToken = KeptConnection.read(large, testbed.token().now().value()).repeat(20);
    switch (random.nextInt(5)) {
      case 0 -> hostile(target);
      case 1 -> hold("half-sent requests", port, 300, BEGINNING + "x".repeat(7 * 1024), "");
      case 2 -> hold("requests that arrive byte by byte", port, 200, BEGINNING, "x");
      case 3 -> hold("pipelined requests without the token", main, 100, withoutToken, "");
      default -> hold("answers that are not read", main, 100, withToken, "");
    }
    loops.pause(Duration.ofMillis(500));
  }

  private void hostile(Target target) {
    var requests = new HostileRequests(random.nextLong(), "secret-1");
    var begin = System.nanoTime();
    var exchanges = new Exchanges(target.process().port(), KmsSecret.MARK);
    exchanges.run(HOSTILE, requests::next);
    counts.merge("attack: hostile requests", (long) HOSTILE, Long::sum);
    if (exchanges.foundForbidden() || !REJECTED.containsAll(exchanges.statuses().keySet())) {
      judge.fail(target, begin, System.nanoTime(), "hostile requests: " + exchanges.statuses());
    }
  }

  /** Opens connections, sends on them, and closes them after a while. */
  private void hold(String kind, int port, int count, String first, String next)
      throws IOException, InterruptedException {
    counts.merge("attack: connections with " + kind, (long) count, Long::sum);
    try (var connections = new Connections(port)) {
      connections.open(count, first.getBytes(ISO_8859_1));
      for (int i = 0; i < 10; i++) {
        connections.send(next.getBytes(ISO_8859_1));
        loops.pause(HELD.dividedBy(10));
      }
    }
  }
}
