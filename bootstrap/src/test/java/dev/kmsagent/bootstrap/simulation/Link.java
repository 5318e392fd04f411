package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** The network between one agent and Redis, or KMS, both ways. */
final class Link {
  private static final long USUAL = 1_000_000;
  private static final long SLOW = 900_000_000;

  /** One connection in so many breaks between a command and its reply. */
  private static final int BREAKS = 300;

  private final VirtualTime time;
  private final RandomGenerator random;
  private Instant cutUntil = Instant.MIN;
  private Instant slowUntil = Instant.MIN;

  Link(VirtualTime time, RandomGenerator random) {
    this.time = time;
    this.random = random;
  }

  void cut(Duration length) {
    cutUntil = later(cutUntil, time.instant().plus(length));
  }

  void slow(Duration length) {
    slowUntil = later(slowUntil, time.instant().plus(length));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  boolean isCut() {
    return time.instant().isBefore(cutUntil);
  }

  /** Whether it was cut or slow within so much time before now. */
  boolean hadTroubleWithin(Duration length) {
    return time.instant().minus(length).isBefore(later(cutUntil, slowUntil));
  }

  /** Whether the connection breaks now, as one does at times. */
  boolean isBreaking() {
    return random.nextInt(BREAKS) == 0;
  }

  /** The time that a message takes. */
  Duration delay() {
    var longest = time.instant().isBefore(slowUntil) ? SLOW : USUAL;
    return Duration.ofNanos(random.nextLong(longest / 4, longest));
  }

  /** Sends to Redis. While the network is cut a request is lost, or arrives after the cut. */
  void toRedis(Runnable arrival) {
    if (!isCut()) {
      time.schedule(delay(), arrival);
    } else if (random.nextBoolean()) {
      time.schedule(Duration.between(time.instant(), cutUntil).plus(delay()), arrival);
    }
  }

  /** Sends to the agent. While the network is cut a reply is lost. */
  void toAgent(SimulatedProcess process, Runnable arrival) {
    if (!isCut()) {
      time.schedule(delay(), () -> process.run(arrival));
    }
  }
}
