package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Redis fails in many ways, one after the other. No read may fail for it. */
final class RedisOutages {
  private static final Duration LENGTH = Duration.ofSeconds(4);
  private static final String SLOW = "is slow";

  private final Testbed testbed;
  private final Timeline timeline;
  private final Recovery recovery;
  private final Loops loops;
  private final Deck<Outage> outages;

  private record Outage(String name, Runnable strike, Runnable mend) {}

  RedisOutages(Testbed testbed, Timeline timeline, Recovery recovery, Loops loops, Random random) {
    this.testbed = testbed;
    this.timeline = timeline;
    this.recovery = recovery;
    this.loops = loops;
    this.outages = new Deck<>(all(testbed.redis()), random);
  }

  private static List<Outage> all(RedisProcess redis) {
    return List.of(
        new Outage("is killed, and starts empty", redis::kill, redis::restart),
        new Outage("hangs (SIGSTOP)", redis::pause, redis::resume),
        new Outage(SLOW, () -> {}, () -> {}),
        new Outage("loses its data (FLUSHALL)", () -> redis.configure("FLUSHALL"), () -> {}),
        new Outage(
            "closes all connections (CLIENT KILL)",
            () -> redis.configure("CLIENT", "KILL", "TYPE", "normal"),
            () -> {}),
        new Outage(
            "is full",
            () -> redis.configure("CONFIG", "SET", "maxmemory", "1"),
            () -> redis.configure("CONFIG", "SET", "maxmemory", "0")),
        new Outage(
            "is a replica",
            () -> redis.configure("REPLICAOF", "127.0.0.1", "1"),
            () -> redis.configure("REPLICAOF", "NO", "ONE")),
        new Outage(
            "forbids all commands",
            () -> redis.configure("ACL", "SETUSER", "default", "-@all", "+acl"),
            () -> redis.configure("ACL", "SETUSER", "default", "+@all")));
  }

  void start() {
    loops.repeat("outages of Redis", this::next);
  }

  private void next() throws IOException, InterruptedException {
    var outage = outages.next();
    var window = timeline.begin("Redis", outage.name(), Window.Effect.NONE, _ -> true);
    outage.strike().run();
    if (outage.name().equals(SLOW)) {
      beSlow();
    } else {
      loops.pause(LENGTH);
    }
    outage.mend().run();
    recovery.awaitRedis("Redis " + outage.name());
    timeline.end(window);
    loops.pause(Duration.ofSeconds(3));
  }

  private void beSlow() throws InterruptedException {
    for (int i = 0; i < 10 && !loops.isEnded(); i++) {
      testbed.redis().command("DEBUG", "SLEEP", "0.3");
      loops.pause(Duration.ofMillis(100));
    }
  }
}
