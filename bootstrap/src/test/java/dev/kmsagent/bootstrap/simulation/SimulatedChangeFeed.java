package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.shared.ChangeFeed;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The connection on which Redis announces changes to one agent, in order. A cut is noticed after
 * some seconds, an end of the server at once.
 */
final class SimulatedChangeFeed implements ChangeFeed {
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(3);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final SimulatedRedis redis;
  private final RedisLink link;
  private final SimulatedProcess process;
  private final VirtualTime time;
  private final RandomGenerator random;
  private Duration pause = SHORTEST_PAUSE;
  private @Nullable Connection connection;

  SimulatedChangeFeed(
      SimulatedRedis redis,
      RedisLink link,
      SimulatedProcess process,
      VirtualTime time,
      RandomGenerator random) {
    this.redis = redis;
    this.link = link;
    this.process = process;
    this.time = time;
    this.random = random;
  }

  @Override
  public void follow(Follower follower) {
    process.execute(() -> connect(follower));
  }

  private void connect(Follower follower) {
    if (redis.isUp() && !link.isCut()) {
      pause = SHORTEST_PAUSE;
      connection = new Connection(follower);
      connection.begin();
    } else {
      var longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      connectLater(follower);
    }
  }

  private void connectLater(Follower follower) {
    var _ = process.schedule(pause, () -> connect(follower));
  }

  @Override
  public void close() {
    if (connection != null) {
      redis.unfollow(connection);
    }
  }

  /** One connection: what is announced arrives in order. */
  private final class Connection implements SimulatedRedis.RedisTracking {
    private final Follower follower;
    private Instant lastArrival = time.instant();
    private boolean isLost;

    Connection(Follower follower) {
      this.follower = follower;
    }

    void begin() {
      redis.follow(this);
      link.onCut(() -> lose(Duration.ofNanos(random.nextLong(LONGEST_SILENCE.toNanos()))));
      deliver(follower::connected);
    }

    private void deliver(Runnable news) {
      var arrival = time.instant().plus(link.delay());
      lastArrival = arrival.isAfter(lastArrival) ? arrival : lastArrival;
      time.schedule(Duration.between(time.instant(), lastArrival), () -> process.run(news));
    }

    @Override
    public void announce(Consumer<Follower> news) {
      if (!link.isCut()) {
        deliver(() -> news.accept(follower));
      }
    }

    @Override
    public void reset() {
      lose(Duration.ZERO);
    }

    private void lose(Duration noticedAfter) {
      if (!isLost) {
        isLost = true;
        redis.unfollow(this);
        time.schedule(
            noticedAfter,
            () -> {
              deliver(follower::lost);
              deliver(() -> connectLater(follower));
            });
      }
    }
  }
}
